// Numbers, points and times, as the language in force writes them.

import { element } from './dom.js';
import { locale, localized, text } from './language.js';

let pointsName = '';

/** Takes the shop's own word for points. Without one, points are called points, in the right plural. */
export function setPointsName(name) {
  pointsName = name;
}

/** Returns an amount: two decimals or none. A change begins with its sign. */
export function amount(points, isChange = false) {
  return new Intl.NumberFormat(locale(), {
    minimumFractionDigits: Number.isInteger(points) ? 0 : 2,
    maximumFractionDigits: 2,
    signDisplay: isChange ? 'exceptZero' : 'auto',
  }).format(points);
}

/** Returns the word for that many points: "points", "балла", or the shop's own. */
export function pointsWord(points) {
  return pointsName || text('pointsWord', { count: Math.abs(points) });
}

/** Returns an amount with its word. */
export function pointsText(points) {
  return `${amount(points)} ${pointsWord(points)}`;
}

/** An element with a time in the reader's language and zone. */
export function timeElement(moment) {
  return localized(element('time', { datetime: moment }), (made) => {
    const at = new Date(moment);
    made.textContent = Number.isNaN(at.getTime())
      ? moment
      : new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeStyle: 'short' }).format(at);
  });
}

/** An order number in groups of four, which are easier to compare with a receipt. Copied, it has no spaces. */
export function numberElement(number) {
  const groups = number.match(/.{1,4}/gs) ?? [];
  return element('span', { class: 'number' }, ...groups.map((digits) => element('span', {}, digits)));
}

/** Returns an order number for a sentence, which a number of hundreds of digits would bury. */
export function shortNumber(number) {
  return number.length > shortDigitsMax ? `${number.slice(0, 8)}…${number.slice(-8)}` : number;
}

const shortDigitsMax = 24;

/**
 * Reads a typed sum. Spaces are ignored, and a comma is a decimal point.
 *
 * Returns `{ sum, hundredths }`, where `sum` is exact and `hundredths` a `BigInt`, or `{ fault }` with a text's name.
 */
export function readSum(typed) {
  const plain = typed.replace(/[\s\u00a0\u202f\u2009]/g, '').replace(',', '.');
  if (plain === '') return { fault: 'sumMissing' };
  const match = /^(\d{0,16})(?:\.(\d*))?$/.exec(plain);
  if (!match || !/\d/.test(plain)) return { fault: 'sumNotNumber' };
  const [, whole, fraction = ''] = match;
  // "1,000" may mean a thousand or one: it is asked, never guessed.
  if (fraction.length > 2) return { fault: 'sumTooFine' };
  const hundredths = BigInt(whole || '0') * 100n + BigInt(fraction.padEnd(2, '0'));
  return hundredths > 0n ? { sum: `${whole || '0'}.${fraction.padEnd(2, '0')}`, hundredths } : { fault: 'sumZero' };
}

/** Returns an amount of points of the API in hundredths. */
export function hundredthsOf(points) {
  return BigInt(Math.round(points * 100));
}
