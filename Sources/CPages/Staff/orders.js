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

  async function show(wanted, isBackground = false) {
    setText(alert, null);
    if (!/^\d+$/.test(wanted)) {
      shown = null;
      place.replaceChildren();
      return number.input.focus();
    }
    try {
      const { content } = await ask('GET', `/api/staff/orders/${wanted}`, { inBackground: isBackground });
      // A correction that is being typed stays.
      if (isBackground && JSON.stringify(content) === shown) return;
      shown = JSON.stringify(content);
      place.replaceChildren(makeOrder(content, () => show(wanted)));
      if (isBackground) return;
      place.querySelector('h3').focus();
      return true;
    } catch (failure) {
      if (isBackground) return;
      shown = null;
      place.replaceChildren();
      setText(alert, failureText(failure, { 404: 'orderUnknown', 422: 'numberCheckDigit' }));
    }
  }

  return {
    root: element('section', { class: 'view', label: 'orders' },
      element('div', { class: 'card' }, element('h2', { text: 'orders' }), form.root, alert), place),
    show: (wanted) => show(wanted),
    refresh: () => { if (shown) show(JSON.parse(shown).number, true); },
  };
}

/** Makes the facts of an order with their buttons. `reload()` reads the order anew after a change. */
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
    if (!words) return null;
    await reload();
    // The order was made anew, and the words belong to it.
    const place = document.querySelector('.order .success');
    if (place) setText(place, words);
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
