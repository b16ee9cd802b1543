// Fields for points, reasons and prices.

import { checkBytes, makeField } from '../Common/field.js';
import { readSum } from '../Common/formats.js';

const reasonBytesMax = 1000;
const rewardPattern = /^\d{1,9}([.,]\d{1,6})?$/;
/** "1,000" may mean a thousand or one. "0,125" and "1,0000" are fractions. */
const ambiguousReward = /^[1-9]\d{0,2}[.,]\d{3}$/;

/** Makes a field for points. Its `sum` is the exact text, such as "12.50", or `null` if an optional field is empty. */
export function makePointsField({ isOptional = false, ...options }) {
  const field = makeField({
    label: 'sum', inputmode: 'decimal', autocomplete: 'off', required: !isOptional, ...options,
    check: (typed) => {
      if (isOptional && typed.trim() === '') return null;
      const { fault } = readSum(typed);
      return fault ? [fault] : null;
    },
  });
  Object.defineProperty(field, 'sum', { get: () => readSum(field.value).sum ?? null });
  return field;
}

/** Makes a field for the reason of a change, which the customer's history keeps. */
export function makeReasonField(options = {}) {
  return makeField({
    label: 'reason', hint: 'reasonHint', autocomplete: 'off', dir: 'auto', autocapitalize: 'sentences', maxlength: 500,
    ...options,
    check: (text) => checkBytes(text.trim(), {
      max: reasonBytesMax, missing: 'reasonMissing', tooLong: 'reasonTooLong' }),
  });
}

/** Reads a price, which may be zero. Returns a number, or `{ fault }`. */
export function readPrice(typed) {
  const { sum, fault } = readSum(typed);
  if (fault === 'sumZero') return { price: 0 };
  if (fault) return { fault: priceFaults[fault] };
  return Number(sum) < priceEnd ? { price: Number(sum) } : { fault: 'priceTooLarge' };
}

const priceFaults = { sumMissing: 'priceMissing', sumNotNumber: 'priceNotNumber', sumTooFine: 'priceTooFine' };
/** Below it, JavaScript's numbers hold every hundredth exactly. */
const priceEnd = 1e13;

/** Returns the mistake of the reward of a rule, or `null`. The reader is asked about an ambiguous one. */
export function rewardMistake(typed) {
  const plain = typed.trim();
  if (!rewardPattern.test(plain)) return ['rewardNotNumber'];
  return ambiguousReward.test(plain)
    ? ['rewardAmbiguous', { whole: plain.replace(/[.,]/, ''), fraction: `${plain}0` }] : null;
}
