// The view of orders: everything about one number, and what can be undone.

import { ask } from '../Common/api.js';
import { element, isolated, setText } from '../Common/dom.js';
import { failureText } from '../Common/failures.js';
import { makeForm } from '../Common/form.js';
import { numberElement, pointsText, timeElement } from '../Common/formats.js';
import { localized } from '../Common/language.js';
import { makeOrderNumberField } from '../Common/orderNumber.js';
import { makeCorrection } from './correction.js';
import { makeDeed } from './deed.js';
import { leftOf, refundWithdrawal, returnGoods } from './returns.js';

const statuses = {
  NEW: 'statusNew', REGISTERED: 'statusNew', PROCESSING: 'statusProcessing', INVALID: 'statusInvalid',
  PROCESSED: 'statusCredited',
};

/** Makes the view. `show(number)` shows an order, or only the field if there is no number. */
export function makeOrders() {
  const number = makeOrderNumberField({ label: 'orderNumber', hint: 'orderFindHint', enterkeyhint: 'search' });
  const alert = element('p', { class: 'alert', role: 'alert' });
  const done = element('p', { class: 'success', role: 'status' });
  const place = element('div', { class: 'view' });
  const form = makeForm({
    label: 'findOrder', submit: 'find', fields: [number],
    send: async () => {
      if (location.hash === `#orders/${number.number}`) await show(number.number);
      else location.hash = `orders/${number.number}`;
      return null;
    },
  });
  let shown = null;
  let turn = 0;

  async function show(wanted) {
    const mine = ++turn;
    setText(alert, null);
    setText(done, null);
    if (!/^\d+$/.test(wanted)) {
      shown = null;
      place.replaceChildren();
      return number.input.focus();
    }
    try {
      const { content } = await ask('GET', `/api/staff/orders/${wanted}`);
      // The address names another order by now, or another view is shown.
      if (mine !== turn) return;
      showOrder(content);
      place.querySelector('h3').focus();
      return true;
    } catch (failure) {
      if (mine !== turn) return;
      shown = null;
      place.replaceChildren();
      setText(alert, failureText(failure, { 404: 'orderUnknown', 422: 'numberCheckDigit' }));
    }
  }

  function showOrder(order) {
    const mine = turn;
    shown = JSON.stringify(order);
    place.replaceChildren(makeOrder(order, async (words) => {
      // The person may have gone on while the change was on its way.
      if (mine !== turn) return;
      await show(order.number);
      // The order was made anew, and the words belong to it. They are true also if it could not be read again.
      if (turn === mine + 1) setText(place.querySelector('.order .success') ?? done, words);
    }));
  }

  async function refresh() {
    const before = shown;
    if (before === null) return;
    try {
      const { content } = await ask('GET', `/api/staff/orders/${JSON.parse(before).number}`, { inBackground: true });
      // A correction that is being typed stays, and so does another order that was opened meanwhile.
      if (shown === before && JSON.stringify(content) !== before) showOrder(content);
    } catch {
      // The page did this by itself, and what it shows stays.
    }
  }

  return {
    root: element('section', { class: 'view', label: 'orders' },
      element('div', { class: 'card' }, element('h2', { text: 'orders' }), form.root, done, alert), place),
    show,
    refresh,
    leave: () => { turn += 1; },
  };
}

/** Makes the facts of an order with their buttons. After a change, `reload(words)` reads it anew and says the words. */
function makeOrder(order, reload) {
  const facts = element('dl', { class: 'facts' });
  const fact = (name, ...content) => facts.append(element('dt', { text: name }), element('dd', {}, ...content));
  if (order.status) fact('status', element('span', { text: statuses[order.status] ?? order.status }));
  if (order.customer) fact('customer', toCustomer(order.customer));
  if (order.uploaded_at) fact('uploaded', timeElement(order.uploaded_at));
  if (order.accrual > 0) fact('earned', points(order.accrual));
  if (order.returned > 0) fact('returnedSoFar', points(order.returned));
  if (order.receipt) fact('receipt', points(order.receipt.points), ' · ', timeElement(order.receipt.accepted_at));
  if (order.withdrawal) {
    fact('paidWithPoints', points(order.withdrawal.sum), ' · ', timeElement(order.withdrawal.processed_at),
      ...(order.spender ? [' · ', toCustomer(order.spender)] : []));
  }
  if (order.withdrawal?.refunded_at) fact('isRefunded', timeElement(order.withdrawal.refunded_at));

  const result = element('p', { class: 'success', role: 'status' });
  const deed = (text, open) => makeDeed({ text, do: async () => {
    const words = await open();
    if (words) await reload(words);
    return null;
  } }).root;
  const deeds = [];
  if (order.status === 'PROCESSED' && leftOf(order) > 0) deeds.push(deed('returnGoods', () => returnGoods(order)));
  if (order.withdrawal && !order.withdrawal.refunded_at) {
    deeds.push(deed('refund', () => refundWithdrawal(order.withdrawal)));
  }
  const isFinal = ['PROCESSED', 'INVALID'].includes(order.status);
  const correction = order.receipt && !isFinal ? makeCorrection(order, reload) : null;
  return element('div', { class: 'view order' },
    element('section', { class: 'card', label: 'order' },
      element('h3', { tabindex: '-1' }, numberElement(order.number)), facts,
      deeds.length > 0 ? element('div', { class: 'deeds' }, ...deeds) : null, result), correction);
}

function toCustomer(customer) {
  return element('a', { href: `#customers/${customer.id}` }, isolated(customer.login));
}

function points(sum) {
  return localized(element('span'), (made) => { made.textContent = pointsText(sum); });
}
