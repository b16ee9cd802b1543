// The page is complete without scripts. These add what a document can't do.

import { makeAttempts } from './attempt.js';
import { followReader } from './contents.js';
import { makeSamples, showOwnOrigin } from './samples.js';
import { makeSearch } from './search.js';

showOwnOrigin();
makeSamples();
makeAttempts();
makeSearch();
followReader();
