// The view of orders: enter a number, and see what became of the earlier ones.

import { announce, element, setText } from '../Common/dom.js';
import { makeForm } from '../Common/form.js';
import { amount, numberElement, pointsText, shortNumber, timeElement } from '../Common/formats.js';
import { localized, text } from '../Common/language.js';
import { canScan, makeOrderNumberField } from '../Common/orderNumber.js';
import { entryLines, makePagedList } from '../Common/pagedList.js';
import { change } from './account.js';

/** Makes the view. `refresh` reads the list anew, and `change` takes one changed order. */
export function makeOrders() {
  const number = makeOrderNumberField({
    label: 'orderNumber', name: 'order', hint: canScan() ? 'orderNumberHintScan' : 'orderNumberHint', draft: 'order',
  });
  const list = makePagedList({
    path: '/api/user/orders', label: 'yourOrders', empty: 'noOrders', row, keyOf: (order) => order.number,
  });

  const form = makeForm({
    label: 'addOrder', submit: 'add', fields: [number],
    failures: {
      'order-uploaded-by-another': 'orderOfAnother', 409: 'orderOfAnother', 422: 'numberCheckDigit',
      'too-many-unfinished-orders': 'tooManyUnfinished',
    },
    fieldFailures: { orderOfAnother: number, numberCheckDigit: number },
    send: async () => {
      const sent = number.number;
      const { status } = await change('POST', '/api/user/orders', { plain: sent });
      number.value = '';
      number.fail(null);
      number.input.focus();
      list.reload({ inBackground: true });
      return [status === 200 ? 'orderKnown' : 'orderAdded', { number: shortNumber(sent) }];
    },
  });

  const root = element('section', { class: 'view', label: 'orders' },
    element('div', { class: 'card' }, element('h2', { text: 'addOrder' }), form.root),
    element('div', { class: 'card' }, element('h3', { text: 'yourOrders' }), list.root));

  return {
    root,
    refresh: () => list.reload({ inBackground: true }),
    show: () => list.reload(),
    change(order) {
      const earlier = list.replace(order);
      // Another tab or device may have added it.
      if (!earlier) list.reload({ inBackground: true });
      if (order.status !== 'PROCESSING' && earlier?.status !== order.status) {
        announce(text('orderIs', { number: shortNumber(order.number), status: statusText(order) }));
      }
    },
  };
}

function row(order) {
  const status = element('span', { class: `status ${order.status.toLowerCase()}` });
  const isCredited = order.status === 'PROCESSED' && order.accrual > 0;
  if (isCredited) localized(status, () => { status.textContent = amount(order.accrual, true); });
  else setText(status, [statusName(order)]);
  if (isCredited) status.classList.add('gain');
  return entryLines(
    [element('strong', {}, numberElement(order.number)), status],
    [element('span', { class: 'hint' }, timeElement(order.uploaded_at)),
      element('span', { class: 'hint', text: isCredited ? 'credited' : `${statusName(order)}Means` })]);
}

function statusText(order) {
  return order.accrual > 0 ? text('creditedPoints', { points: pointsText(order.accrual) }) : text(statusName(order));
}

function statusName(order) {
  return statusNames[order.status] ?? 'statusNothing';
}

const statusNames = { NEW: 'statusNew', PROCESSING: 'statusProcessing', INVALID: 'statusInvalid' };
