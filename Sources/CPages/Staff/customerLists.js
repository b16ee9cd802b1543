// The history, orders and withdrawals of a customer. A list is read when it is opened.

import { element, isolated, setText } from '../Common/dom.js';
import { amount, numberElement, timeElement } from '../Common/formats.js';
import { localized, text } from '../Common/language.js';
import { entryLines, makePagedList } from '../Common/pagedList.js';
import { refundWithdrawal } from './returns.js';

const kinds = ['accrual', 'withdrawal', 'adjustment', 'refund', 'return'];
const statusNames = { NEW: 'statusNew', PROCESSING: 'statusProcessing', INVALID: 'statusInvalid' };

/**
 * Makes the lists.
 *
 * @param read reads the customer anew after a refund.
 */
export function makeCustomerLists(customer, read) {
  const path = `/api/staff/customers/${customer.id}`;
  const parts = [
    part('history', 'noHistory', `${path}/ledger`, ledgerRow, true),
    part('orders', 'noOrders', `${path}/orders`, orderRow),
    part('withdrawals', 'noWithdrawals', `${path}/withdrawals`, withdrawalRow, false, (each) => each.order),
  ];
  const status = element('p', { class: 'success', role: 'status' });

  function withdrawalRow(withdrawal) {
    const sum = localized(element('span', { class: 'status' }), (made) => {
      made.textContent = amount(-withdrawal.sum, true);
    });
    const refund = element('button', { type: 'button', class: 'quiet', text: 'refund',
      label: ['refundOf', { number: withdrawal.order }], onclick: async () => {
        setText(status, null);
        const words = await refundWithdrawal(withdrawal);
        if (!words) return;
        setText(status, words);
        refresh();
        read().catch(() => {});
      } });
    return entryLines(
      [element('a', { href: `#orders/${withdrawal.order}` }, numberElement(withdrawal.order)), sum],
      [element('span', { class: 'hint' }, timeElement(withdrawal.processed_at)),
        withdrawal.refunded_at ? element('span', { class: 'hint', text: 'isRefunded' }) : refund]);
  }

  const refresh = () => Promise.all(parts.map((each) => each.refresh()));
  parts[0].refresh();
  return { root: element('div', { class: 'card lists' }, ...parts.map((each) => each.root), status), refresh };
}

function part(name, empty, path, row, isOpen = false, keyOf = undefined) {
  const list = makePagedList({ path, label: name, empty, row, keyOf });
  const root = element('details', { open: isOpen, ontoggle: () => { if (root.open) list.reload(); } },
    element('summary', { text: name }), list.root);
  return { root, refresh: async () => { if (root.open) await list.reload({ inBackground: true }); } };
}

function ledgerRow(entry) {
  const kind = element('strong', { text: kinds.includes(entry.kind) ? `kind-${entry.kind}` : entry.kind });
  const points = localized(element('span', { class: entry.points > 0 ? 'status gain' : 'status' }), (made) => {
    made.textContent = amount(entry.points, true);
  });
  const after = localized(element('span', { class: 'hint' }), (made) => {
    made.textContent = text('balanceAfter', { points: amount(entry.balance_after) });
  });
  const order = entry.order
    ? element('a', { href: `#orders/${entry.order}` }, numberElement(entry.order)) : element('span');
  const lines = [[kind, points], [order, after], [element('span', { class: 'hint' }, timeElement(entry.at)), null]];
  if (entry.reason) lines.push([element('span', { class: 'quote' }, isolated(entry.reason)), null]);
  if (entry.author) {
    lines[2][1] = element('span', { class: 'hint', text: ['byAuthor', { name: isolated(entry.author) }] });
  }
  return entryLines(...lines);
}

function orderRow(order) {
  const status = element('span', { class: `status ${order.status.toLowerCase()}` });
  if (order.status === 'PROCESSED' && order.accrual > 0) {
    status.classList.add('gain');
    localized(status, () => { status.textContent = amount(order.accrual, true); });
  } else setText(status, [statusNames[order.status] ?? 'statusNothing']);
  const returned = order.returned > 0 ? localized(element('span', { class: 'hint' }), (made) => {
    made.textContent = text('returnedPoints', { points: amount(order.returned) });
  }) : null;
  return entryLines(
    [element('a', { href: `#orders/${order.number}` }, numberElement(order.number)), status],
    [element('span', { class: 'hint' }, timeElement(order.uploaded_at)), returned]);
}
