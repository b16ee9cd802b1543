// The start of the customer's page: its frame, and the view of a visitor or of an account.

import { focusHeading } from '../Common/dom.js';
import { failureText } from '../Common/failures.js';
import { setTitle, startFrame } from '../Common/frame.js';
import { startLanguage } from '../Common/language.js';
import { remember, remembered } from '../Common/memory.js';
import { hideNotice, showNotice } from '../Common/notices.js';
import { findAccount, show, whenAccountChanges } from './account.js';
import { makeHome } from './home.js';
import { makeSignIn } from './signIn.js';
import { texts } from './texts.js';

const content = document.getElementById('content');
const nothing = { resume: () => {}, leave: () => {} };
let home = nothing;

startLanguage(texts);
startFrame();
whenAccountChanges(showAccount);
// A visitor can use the form at once. A customer who was here before probably has a session, and waits for the answer.
if (remembered('isCustomer') === null) showVisitor();
start();

async function start() {
  try {
    const login = await findAccount();
    hideNotice('start');
    if (login === null && !content.querySelector('form')) showVisitor();
    if (login !== null) show(login, false);
  } catch (failure) {
    showNotice('start', failureText(failure), { text: 'tryAgain', do: () => {
      hideNotice('start');
      start();
    } });
  }
}

function showAccount(login, isFromElsewhere, isOther) {
  remember('isCustomer', login === null ? null : 'yes');
  if (!isOther) return home.resume();
  home.leave();
  home = nothing;
  hideNotice('connection');
  if (isFromElsewhere) showNotice('elsewhere', login === null ? 'signedOutElsewhere' : 'otherAccountElsewhere');
  else hideNotice('elsewhere');
  if (login === null) {
    showVisitor();
    focusHeading(content);
    return;
  }
  home = makeHome(login);
  // The focus was in the form if the customer has just signed in, and moves to the view. After a reload it stays.
  const hadFocus = content.contains(document.activeElement);
  content.replaceChildren(home.root);
  if (hadFocus) focusHeading(content.querySelector('.view:not([hidden])'));
  home.resume();
}

function showVisitor() {
  content.replaceChildren(makeSignIn());
  setTitle('signIn');
}
