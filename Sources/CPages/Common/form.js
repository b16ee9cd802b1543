// Forms are sent by a request of the page, never by the browser: what was typed stays until the server has taken it.

import { Failure } from './api.js';
import { element, setText } from './dom.js';
import { failureText } from './failures.js';

/**
 * Makes a form.
 *
 * @param options `label` names the form and `submit` its button. `fields` are checked in their order. `send()` sends
 *   them, and resolves to the text of the success or to `null`. `failures` are texts by a problem's type or status; one
 *   of `fieldFailures`, `{ name: field }`, is shown beside that field instead of below the form. `others` are elements
 *   between the fields and the button. The form has an event `sent` after each answer or failure.
 */
export function makeForm({ label, submit, fields, send, failures = {}, fieldFailures = {}, others = [] }) {
  const button = element('button', { type: 'submit', class: 'primary', text: submit });
  const alert = element('p', { class: 'alert', role: 'alert' });
  const status = element('p', { class: 'success', role: 'status' });
  const root = element('form', { label, novalidate: true, class: 'form' },
    ...fields.map((field) => field.root), ...others, element('div', { class: 'actions' }, button), alert, status);
  let isBusy = false;
  let attempt = 0;

  root.addEventListener('submit', async (event) => {
    event.preventDefault();
    if (isBusy) return;
    attempt += 1;
    setText(alert, null);
    setText(status, null);
    const wrong = fields.filter((field) => !field.passes());
    if (wrong.length > 0) return wrong[0].input.focus();
    setBusy(true);
    try {
      setText(status, await send());
    } catch (failure) {
      show(failure);
    } finally {
      setBusy(false);
    }
  });

  // A disabled button would lose the focus, so the form only ignores it.
  function setBusy(busy) {
    isBusy = busy;
    button.setAttribute('aria-disabled', String(busy));
    root.setAttribute('aria-busy', String(busy));
    if (!busy) root.dispatchEvent(new Event('sent', { bubbles: true }));
  }

  function show(failure) {
    if (!(failure instanceof Failure)) console.error(failure);
    const words = failureText(failure, failures);
    const field = fieldFailures[words[0]];
    if (field) {
      field.fail(words);
      field.input.focus();
      return;
    }
    setText(alert, words);
    tellWhenOver(failure.retryAfterSeconds);
  }

  /** After the wait that the server asked for, the form says that it is over. */
  function tellWhenOver(seconds) {
    if (!seconds || seconds > announcedSecondsMax) return;
    const waited = attempt;
    setTimeout(() => {
      if (attempt === waited) setText(alert, ['waitIsOver']);
    }, seconds * 1000);
  }

  return { root, button, say: (words) => setText(status, words) };
}

/** A longer wait is not watched: the reader will have gone. */
const announcedSecondsMax = 3600;
