// A password or token that is shown once: the server keeps only its hash.

import { openDialog } from '../Common/dialog.js';
import { element, isolated, setText } from '../Common/dom.js';

/**
 * Shows a secret in a dialog until the reader closes it.
 *
 * @param title the name of a text.
 * @param owner the name of the account that the secret opens.
 */
export function showSecret(title, owner, secret) {
  return openDialog(title, (close) => {
    const code = element('output', { class: 'secret', tabindex: '0', label: 'secret' }, secret);
    const status = element('p', { class: 'success', role: 'status' });
    const copy = element('button', { type: 'button', class: 'primary', text: 'copy', autofocus: true });
    copy.addEventListener('click', async () => {
      try {
        await navigator.clipboard.writeText(secret);
        setText(status, ['copied']);
      } catch {
        // Without TLS a page may not use the clipboard: the selected text can be copied with the keyboard.
        getSelection().selectAllChildren(code);
        setText(status, ['copyByHand']);
      }
    });
    return [
      element('p', { text: ['secretOnce', { name: isolated(owner) }] }), code,
      element('div', { class: 'actions' }, copy,
        element('button', { type: 'button', text: 'done', onclick: () => close() })),
      status,
    ];
  });
}
