// A button that does one thing at the server, with the words about the result beside it.

import { Failure } from '../Common/api.js';
import { announce, element, focusHeading, setText } from '../Common/dom.js';
import { failureText } from '../Common/failures.js';

/**
 * Makes the button.
 *
 * @param options `text` and `label` are texts of the button. `do()` resolves to the text of the success, or to `null`.
 *   `failures` are texts by a problem's type or status.
 * @returns `root` and `button`.
 */
export function makeDeed({ text, label, class: kind, do: act, failures = {} }) {
  let isBusy = false;
  const alert = element('p', { class: 'alert', role: 'alert' });
  const status = element('p', { class: 'success', role: 'status' });
  const button = element('button', { type: 'button', class: kind, text, label, onclick: async () => {
    if (isBusy) return;
    isBusy = true;
    const view = document.activeElement === button ? button.closest('section') : null;
    button.setAttribute('aria-disabled', 'true');
    setText(alert, null);
    setText(status, null);
    try {
      setText(status, (await act()) ?? null);
      if (!button.isConnected) outlive(status, view);
    } catch (failure) {
      if (!(failure instanceof Failure)) console.error(failure);
      setText(alert, failureText(failure, failures));
    } finally {
      isBusy = false;
      button.removeAttribute('aria-disabled');
    }
  } });
  return { root: element('div', { class: 'deed' }, button, alert, status), button };
}

/** Says the words of a deed that has made its own row anew. If the focus is lost with the button, the view gets it. */
function outlive(status, view) {
  if (status.textContent) announce(status.textContent);
  if (view && document.activeElement === document.body) focusHeading(view);
}
