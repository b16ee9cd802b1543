// The balance, large, above every view.

import { ask } from '../Common/api.js';
import { announce, element } from '../Common/dom.js';
import { amount, pointsText, pointsWord } from '../Common/formats.js';
import { localized, text } from '../Common/language.js';

/** Makes the section of the balance. */
export function makeBalance() {
  let values = null;
  let changes = 0;
  const number = element('span', { class: 'number' }, '…');
  const word = element('span', { class: 'word' });
  const spent = element('p', { class: 'spent' });
  const root = element('section', { class: 'balance', label: 'balance' },
    element('h2', { text: 'balance' }), element('p', { class: 'current' }, number, ' ', word), spent);

  function render() {
    if (!values) return;
    localized(number, () => {
      number.textContent = amount(values.current);
      number.classList.toggle('long', number.textContent.length > largeDigitsMax);
    });
    localized(word, () => {
      word.textContent = pointsWord(values.current);
    });
    localized(spent, () => {
      spent.textContent = values.withdrawn > 0 ? text('spentInAll', { points: pointsText(values.withdrawn) }) : '';
    });
  }

  const balance = {
    root,
    /** The points that can be spent, or `null` if they are not known yet. */
    get current() { return values?.current ?? null; },
    show(latest) {
      changes += 1;
      const isChange = values !== null && values.current !== latest.current;
      values = latest;
      render();
      root.dispatchEvent(new Event('change'));
      if (isChange) announce(text('balanceIs', { points: pointsText(latest.current) }));
    },
    /** Reads the balance. Throws the failure if that does not work. */
    async load() {
      const before = changes;
      const { content } = await ask('GET', '/api/user/balance', { inBackground: true });
      // An event that came meanwhile is newer than the response.
      if (before === changes) balance.show(content);
    },
  };
  return balance;
}

/** A longer number, such as 1,234,567.89, would not fit into a line at the largest size. */
const largeDigitsMax = 9;
