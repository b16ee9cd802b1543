// A field for an order number: typed, pasted or scanned. The check digit is verified while typing, so that a mistyped
// digit is found before anything is sent.

import { announce, element, setText } from './dom.js';
import { makeField } from './field.js';
import { text } from './language.js';
import { afterPress } from './press.js';
import { scanNumber } from './scanner.js';

const digitsMax = 1024;
/** A screen reader hears about a right number when typing pauses, and not for each digit. */
const announceAfterMilliseconds = 700;

/** Returns a typed number without the spaces and dashes that receipts print between its groups. */
export function plainNumber(typed) {
  return typed.normalize('NFKC').replace(/[\s\p{Pd}]/gu, '');
}

/** Returns true if the last digit is the check digit of the others (Luhn, ISO/IEC 7812-1). */
export function hasCheckDigit(digits) {
  let sum = 0;
  for (let place = 0; place < digits.length; place += 1) {
    const digit = Number(digits[digits.length - 1 - place]);
    const weighed = place % 2 ? digit * 2 : digit;
    sum += weighed > 9 ? weighed - 9 : weighed;
  }
  return sum % 10 === 0;
}

/** Returns the mistake of a typed number, or `null`. */
export function orderNumberMistake(typed) {
  const number = plainNumber(typed);
  if (number === '') return ['numberMissing'];
  if (!/^[0-9]+$/.test(number)) return ['numberNotDigits'];
  if (number.length > digitsMax) return ['numberTooLong'];
  return hasCheckDigit(number) ? null : ['numberCheckDigit'];
}

/** Returns true if the browser can read barcodes with a camera. It gives a camera only to pages over HTTPS. */
export function canScan() {
  return 'BarcodeDetector' in globalThis && Boolean(navigator.mediaDevices?.getUserMedia);
}

/**
 * Makes the field. Its `number` is what was typed, without spaces.
 *
 * @param options those of `makeField`; `label` is required. `beside` comes after the button that scans.
 */
export function makeOrderNumberField({ beside, ...options }) {
  const scan = canScan()
    ? element('button', { type: 'button', class: 'quiet', text: 'scan', label: 'scanNumber' }) : null;
  const state = element('p', { class: 'state' });
  const field = makeField({
    inputmode: 'numeric', autocomplete: 'off', enterkeyhint: 'send', check: orderNumberMistake,
    beside: beside ? element('span', { class: 'beside' }, scan, beside) : scan, ...options,
  });
  field.root.append(state);
  Object.defineProperty(field, 'number', { get: () => plainNumber(field.value) });

  let announcement;
  const show = () => {
    const mistake = orderNumberMistake(field.value);
    const isWrongKind = mistake && !['numberMissing', 'numberCheckDigit'].includes(mistake[0]);
    clearTimeout(announcement);
    state.className = mistake ? 'state' : 'state right';
    // Until the last digit, every number lacks its check digit. That is no mistake yet, so it is said quietly.
    if (mistake?.[0] === 'numberMissing' || field.input.hasAttribute('aria-invalid')) setText(state, null);
    else if (isWrongKind) field.fail(mistake);
    else setText(state, mistake ? ['numberUnfinished'] : ['numberRight']);
    if (!mistake) announcement = setTimeout(() => announce(text('numberRight')), announceAfterMilliseconds);
  };
  field.input.addEventListener('input', show);
  field.input.addEventListener('change', () => afterPress(() => {
    // A press may have sent the form, and an empty field is not wrong before it is sent.
    if (field.value === '') field.fail(null);
    else field.passes();
    show();
  }));
  show();

  scan?.addEventListener('click', async () => {
    const found = await scanNumber((read) => orderNumberMistake(read) === null);
    if (found) field.value = plainNumber(found);
    field.input.focus();
    field.passes();
  });
  return field;
}
