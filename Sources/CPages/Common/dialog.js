// Dialogs, made of the browser's own element: it keeps the focus inside, closes on Escape, and gives the focus back.

import { element } from './dom.js';

let dialogs = 0;

/**
 * Opens a dialog. It is removed when it closes. While a form in it waits for the server, the reader can't leave it:
 * without the result, they would make the change a second time.
 *
 * @param title the name of a text.
 * @param fill gets `close(result)` and returns the elements of the dialog.
 * @returns a promise of the result: that of `close`, or `undefined` if the reader has left the dialog.
 */
export function openDialog(title, fill) {
  return new Promise((resolve) => {
    const id = `dialog-${++dialogs}`;
    let result;
    let hasResult = false;
    const close = (value) => {
      if (hasResult) return;
      hasResult = true;
      result = value;
      dialog.close();
    };
    const isSending = () => dialog.querySelector('form[aria-busy=true]') !== null;
    const leave = () => { if (!isSending()) close(); };
    const cancel = (event) => { if (isSending()) event.preventDefault(); };
    const dialog = element('dialog', { 'aria-labelledby': id, oncancel: cancel },
      element('h2', { id, text: title }), ...fill(close),
      element('button', { type: 'button', class: 'close', label: 'close', onclick: leave }, '×'));
    dialog.addEventListener('close', () => {
      dialog.remove();
      // Browsers let a second Escape through: the dialog is gone, and its result is still to come.
      if (!hasResult && isSending()) dialog.addEventListener('sent', () => resolve(result), { once: true });
      else resolve(result);
    });
    document.querySelector('main').append(dialog);
    dialog.showModal();
  });
}

/** Closes all dialogs, as if the reader had left them: the account for which they were opened has gone. */
export function closeDialogs() {
  // The last one comes first, so that each can give the focus back to the one below it.
  for (const dialog of [...document.querySelectorAll('main > dialog[open]')].reverse()) dialog.close();
}

/**
 * Asks once whether to do something. Resolves to true if the reader agrees. The focus is on "Cancel", so that a second
 * Enter on the button that asked does nothing.
 */
export async function confirmed(title, question, agree) {
  return (await openDialog(title, (close) => [
    element('p', { text: question }),
    element('div', { class: 'actions' },
      element('button', { type: 'button', class: 'primary', text: agree, onclick: () => close(true) }),
      element('button', { type: 'button', text: 'cancel', autofocus: true, onclick: () => close(false) })),
  ])) === true;
}
