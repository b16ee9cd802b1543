// A field with a few choices, which a form uses like its other fields.

import { element } from '../Common/dom.js';

let choices = 0;

/**
 * Makes the field.
 *
 * @param options the values, each with the name of its text.
 */
export function makeChoice({ label, options }) {
  const id = `choice-${++choices}`;
  const input = element('select', { id },
    ...Object.entries(options).map(([value, text]) => element('option', { value, text })));
  const root = element('div', { class: 'field' }, element('label', { for: id, text: label }), input);
  return { root, input, get value() { return input.value; }, fail() {}, passes: () => true };
}
