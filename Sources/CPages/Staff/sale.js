// The view of a sale: the customer, the order's number and the goods, sent together.

import { ask } from '../Common/api.js';
import { element, isolated, setText } from '../Common/dom.js';
import { failureText } from '../Common/failures.js';
import { makeForm } from '../Common/form.js';
import { amount, pointsText, shortNumber } from '../Common/formats.js';
import { draft, keepDraft } from '../Common/memory.js';
import { makeOrderNumberField, plainNumber } from '../Common/orderNumber.js';
import { makeFinder } from './finder.js';
import { makeGoods } from './goods.js';
import { makeOnce, onceFailures } from './operations.js';
import { makePreview } from './preview.js';

const failures = {
  ...onceFailures,
  'accrual-off': 'accrualOff', 'customer-unknown': 'customerGone', 404: 'customerGone', 409: 'saleTaken',
  'too-many-unfinished-orders': 'tooManyUnfinished', 422: 'numberCheckDigit',
  400: 'saleRefused',
};

/** Makes the view. `show(id)` chooses a customer, if there is an id. */
export function makeSale() {
  let customer = parse(draft('sale.customer'));
  let turn = 0;
  const once = makeOnce('receipt.add');
  const chosen = element('p', { class: 'chosen', role: 'status' });
  const finder = makeFinder({
    label: 'saleCustomer', hint: 'saleCustomerHint',
    choose: (found) => {
      choose(found);
      number.input.focus();
    },
    goOn: () => number.input.focus(),
  });
  const customerField = {
    root: element('div', { class: 'field' }, finder.root, chosen), input: finder.field.input, fail: finder.field.fail,
    // A name that was typed and not chosen must not become a sale without a customer.
    passes() {
      const isOpen = finder.field.value.trim() !== '';
      finder.field.fail(isOpen ? ['chooseCustomer'] : null);
      return !isOpen;
    },
  };
  const maker = element('button', {
    type: 'button', class: 'quiet', text: 'make', label: 'makeNumber', onclick: makeNumber });
  const number = makeOrderNumberField({
    label: 'orderNumber', hint: 'saleNumberHint', draft: 'sale.number', enterkeyhint: 'next', beside: maker });
  number.input.addEventListener('keydown', (event) => {
    if (event.key !== 'Enter' || event.isComposing) return;
    event.preventDefault();
    goods.focus();
  });
  const preview = makePreview(() => goods);
  const goods = makeGoods({ draft: 'sale.goods', changed: preview.change, goOn: () => form.button.focus() });
  const truth = element('p', { class: 'truth', role: 'status' });

  async function makeNumber() {
    const digits = plainNumber(number.value);
    try {
      const { content } = await ask('POST', '/api/staff/order-numbers', { json: digits ? { digits } : {} });
      number.value = content.number;
      number.passes();
      goods.focus();
    } catch (failure) {
      number.fail(failureText(failure, { 422: 'numberNotDigits' }));
    }
  }

  const form = makeForm({
    label: 'sale', submit: 'sell', fields: [customerField, number, goods], others: [preview.root, truth], failures,
    fieldFailures: { saleTaken: number, numberCheckDigit: number, customerGone: customerField },
    send: async () => {
      const order = number.number;
      setText(truth, null);
      try {
        const { content } = await once('POST', '/api/staff/receipts',
          { order, goods: goods.goods, customer: customer?.id ?? null });
        clear();
        return sold(content);
      } catch (failure) {
        if (failure.status === 409) await tell(order);
        throw failure;
      }
    },
  });

  /** Shows what the number belongs to now, after another clerk was quicker. */
  async function tell(order) {
    try {
      const { content } = await ask('GET', `/api/staff/orders/${order}`);
      const link = element('a', { href: `#orders/${order}`, text: ['openOrder', { number: shortNumber(order) }] });
      const owner = content.customer
        ? element('span', { text: ['orderBelongsTo', { login: isolated(content.customer.login) }] })
        : element('span', { text: 'orderHasReceipt' });
      truth.replaceChildren(owner, ' ', link);
    } catch {
      // The words about the conflict have to do.
    }
  }

  function clear() {
    choose(null);
    number.value = '';
    number.fail(null);
    goods.clear();
    finder.field.input.focus();
  }

  function choose(found) {
    turn += 1;
    // The address chooses once. After a reload, or when the person comes back, the customer who was chosen since stays.
    if (location.hash.startsWith('#sale/')) history.replaceState(null, '', '#sale');
    customer = found;
    keepDraft('sale.customer', found ? JSON.stringify(found) : '');
    finder.field.fail(null);
    showChosen();
  }

  function showChosen() {
    chosen.replaceChildren(...(customer ? [
      element('span', { text: ['soldTo', { login: isolated(customer.login) }] }), ' ',
      element('button', { type: 'button', class: 'link', text: 'withoutCustomer', onclick: () => {
        choose(null);
        finder.field.input.focus();
      } })] : [element('span', { class: 'hint', text: 'soldToNobody' })]));
  }

  async function show(id) {
    const mine = ++turn;
    if (!/^\d+$/.test(id)) return;
    if (String(customer?.id) === id) return choose(customer);
    // The former customer must not get the points if this one can't be read, or the person opens another view.
    customer = null;
    keepDraft('sale.customer', '');
    showChosen();
    try {
      const { content } = await ask('GET', `/api/staff/customers/${id}`);
      // The person may have chosen a customer meanwhile, or gone to another view.
      if (mine === turn) choose(content);
    } catch (failure) {
      if (mine !== turn) return;
      finder.field.fail(failureText(failure, { 404: 'customerGone' }));
    }
  }

  showChosen();
  preview.change();
  return {
    root: element('section', { class: 'view', label: 'sale' },
      element('div', { class: 'card' }, element('h2', { text: 'sale' }), form.root)),
    show,
    leave: () => { turn += 1; },
  };
}

function sold({ order, points, customer }) {
  const values = { points: () => pointsText(points), number: shortNumber(order) };
  return customer ? ['soldWithCustomer', { ...values, login: customer.login, balance: () => amount(customer.current) }]
    : ['soldWithoutCustomer', values];
}

function parse(kept) {
  try {
    return JSON.parse(kept || 'null');
  } catch {
    return null;
  }
}
