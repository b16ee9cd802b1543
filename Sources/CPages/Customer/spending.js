// The view of spending: pay for an order with points, and see the orders that were paid for.

import { element, setText } from '../Common/dom.js';
import { makeField } from '../Common/field.js';
import { makeForm } from '../Common/form.js';
import {
  amount, hundredthsOf, numberElement, pointsText, readSum, shortNumber, timeElement,
} from '../Common/formats.js';
import { localized } from '../Common/language.js';
import { makeOrderNumberField } from '../Common/orderNumber.js';
import { entryLines, makePagedList } from '../Common/pagedList.js';
import { change } from './account.js';

/**
 * Makes the view.
 *
 * @param balance the section of the balance, which knows the points that can be spent.
 */
export function makeSpending(balance) {
  const number = makeOrderNumberField({
    label: 'orderToPay', name: 'paid-order', hint: 'orderToPayHint', draft: 'paid',
  });
  const all = element('button', { type: 'button', class: 'quiet', text: 'useAll', onclick: () => {
    if (balance.current !== null) sum.value = String(balance.current);
    sum.input.focus();
  } });
  const sum = makeField({
    label: 'sum', name: 'sum', inputmode: 'decimal', autocomplete: 'off', enterkeyhint: 'send', draft: 'sum',
    beside: all,
    check: (typed) => {
      const { fault } = readSum(typed);
      return fault ? [fault] : null;
    },
  });
  const rest = element('p', { class: 'state', 'aria-live': 'polite' });
  sum.root.append(rest);

  // The server decides: the balance that is shown may be old if the connection was lost.
  function showRest() {
    const { hundredths } = readSum(sum.value);
    if (hundredths === undefined || balance.current === null) return setText(rest, null);
    const left = hundredthsOf(balance.current) - hundredths;
    if (left < 0n) setText(rest, ['moreThanBalance']);
    else setText(rest, ['leavesPoints', { points: () => pointsText(Number(left) / 100) }]);
  }
  sum.input.addEventListener('input', showRest);
  balance.root.addEventListener('change', showRest);

  const list = makePagedList({ path: '/api/user/withdrawals', label: 'paidOrders', empty: 'noPaidOrders', row });
  const form = makeForm({
    label: 'spendPoints', submit: 'spendPoints', fields: [number, sum],
    failures: {
      402: 'notEnough', 409: 'orderPaidBefore', 422: 'spendingRefused', 'invalid-sum': 'sumTooFine',
      'invalid-order-number': 'numberCheckDigit',
    },
    fieldFailures: { notEnough: sum, sumTooFine: sum, orderPaidBefore: number, numberCheckDigit: number },
    send: async () => {
      const order = number.number;
      const points = readSum(sum.value).sum;
      await change('POST', '/api/user/balance/withdraw', { json: { order, sum: points } });
      for (const field of [number, sum]) {
        field.value = '';
        field.fail(null);
      }
      number.input.focus();
      balance.load().catch(() => {});
      list.reload({ inBackground: true });
      return ['spent', { points: () => pointsText(Number(points)), number: shortNumber(order) }];
    },
  });

  const root = element('section', { class: 'view', label: 'spending' },
    element('div', { class: 'card' }, element('h2', { text: 'spendPoints' }), form.root),
    element('div', { class: 'card' }, element('h3', { text: 'paidOrders' }), list.root));
  showRest();
  return { root, refresh: () => list.reload({ inBackground: true }), show: () => list.reload() };
}

function row(withdrawal) {
  const sum = element('span', { class: 'status' });
  localized(sum, () => { sum.textContent = amount(-withdrawal.sum, true); });
  return entryLines(
    [element('strong', {}, numberElement(withdrawal.order)), sum],
    [element('span', { class: 'hint' }, timeElement(withdrawal.processed_at)), null]);
}
