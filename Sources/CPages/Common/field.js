// Fields of forms: a label, a hint, the input, and the words about a mistake, which a screen reader says and finds
// again through `aria-describedby`.

import { element, setText } from './dom.js';
import { draft, keepDraft } from './memory.js';

let fields = 0;

/**
 * Makes a field.
 *
 * @param options `label` and `hint` are names of texts. `check(value)` returns a text for a mistake, or `null`. `draft`
 *   is the name under which the tab keeps what was typed. `beside` is an element after the input. Everything else is an
 *   attribute of the input.
 */
export function makeField({ label, hint, check = () => null, draft: draftName, beside, ...attributes }) {
  const id = `field-${++fields}`;
  const input = element('input', {
    id, type: 'text', required: true, autocapitalize: 'none', spellcheck: 'false', ...attributes,
    'aria-describedby': [hint && `${id}-hint`, `${id}-mistake`].filter(Boolean).join(' '),
  });
  const mistake = element('p', { id: `${id}-mistake`, class: 'mistake', role: 'alert' });
  const root = element('div', { class: 'field' },
    element('label', { for: id, text: label }),
    element('div', { class: 'control' }, input, beside),
    hint ? element('p', { id: `${id}-hint`, class: 'hint', text: hint }) : null,
    mistake);

  let shown = null;
  const field = {
    root, input,
    get value() { return input.value; },
    set value(text) {
      input.value = text;
      input.dispatchEvent(new Event('input', { bubbles: true }));
    },
    /** Shows a mistake beside the field. `null` removes it. */
    fail(text) {
      shown = text?.[0] ?? null;
      setText(mistake, text);
      if (text) input.setAttribute('aria-invalid', 'true');
      else input.removeAttribute('aria-invalid');
    },
    /** Shows the mistake that `check` finds, and returns true if there is none. */
    passes() {
      const text = check(input.value);
      field.fail(text);
      return text === null;
    },
  };

  if (draftName) input.value = draft(draftName);
  input.addEventListener('input', () => {
    if (draftName) keepDraft(draftName, input.value);
    // Words about a mistake go as soon as it is another one or none. New words wait until the field is left.
    if (shown && check(input.value)?.[0] !== shown) field.fail(null);
  });
  return field;
}

/** Makes a field for a password, with a button that shows it. */
export function makePasswordField(options) {
  const button = element('button', {
    type: 'button', class: 'quiet', text: 'show', label: 'showPassword', 'aria-pressed': 'false',
  });
  const field = makeField({ type: 'password', ...options, beside: button });
  button.addEventListener('click', () => {
    const isShown = field.input.type === 'password';
    field.input.type = isShown ? 'text' : 'password';
    button.setAttribute('aria-pressed', String(isShown));
  });
  return field;
}

/** Returns a mistake if a text is empty or has too many or too few bytes in UTF-8, by which the server counts. */
export function checkBytes(text, { min = 1, max, missing, tooShort, tooLong }) {
  const bytes = new TextEncoder().encode(text).length;
  if (bytes === 0) return [missing];
  if (bytes < min) return [tooShort, { count: min }];
  return bytes > max ? [tooLong, { count: max }] : null;
}
