// Files that the reader keeps. A request of the page can explain a failure, which a link cannot.

import { ask } from '../Common/api.js';
import { element } from '../Common/dom.js';

/** Reads a path and gives its content to the browser as a file. */
export async function download(path, name, type) {
  const { content } = await ask('GET', path, { isLong: true });
  const text = typeof content === 'string' ? content : JSON.stringify(content, null, 2);
  const address = URL.createObjectURL(new Blob([text], { type }));
  element('a', { href: address, download: name }).click();
  URL.revokeObjectURL(address);
}
