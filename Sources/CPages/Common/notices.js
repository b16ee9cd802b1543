// Notices below the header, about the page as a whole: a lost connection, an ended session, another tab.

import { element } from './dom.js';

const notices = new Map();

/**
 * Shows a notice, or replaces it.
 *
 * @param kind names the notice.
 * @param content a text's name, or `[name, values]`.
 * @param action the text of a button and what it does, or `null`.
 */
export function showNotice(kind, content, action = null) {
  if (String(notices.get(kind)?.content) === String(content)) return;
  hideNotice(kind);
  const made = element('div', { class: 'notice' },
    element('p', { text: content }),
    action ? element('button', { type: 'button', text: action.text, onclick: action.do }) : null,
    element('button', { type: 'button', class: 'quiet', label: 'close', onclick: () => hideNotice(kind) }, '×'));
  notices.set(kind, { content, made });
  document.getElementById('notices').append(made);
}

/** Removes a notice if it is shown. */
export function hideNotice(kind) {
  notices.get(kind)?.made.remove();
  notices.delete(kind);
}
