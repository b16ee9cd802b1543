// The view of history: every change of the balance, by pages and as a table to keep.

import { ask } from '../Common/api.js';
import { element, setText } from '../Common/dom.js';
import { failureText } from '../Common/failures.js';
import { amount, numberElement, timeElement } from '../Common/formats.js';
import { localized, text } from '../Common/language.js';
import { entryLines, makePagedList } from '../Common/pagedList.js';

const kinds = ['accrual', 'withdrawal', 'adjustment', 'refund', 'return'];

/** Makes the view. */
export function makeHistory() {
  const list = makePagedList({ path: '/api/user/ledger', label: 'history', empty: 'noHistory', row });
  const alert = element('p', { class: 'alert', role: 'alert' });
  const download = element('button', { type: 'button', text: 'downloadCSV', onclick: save });
  const root = element('section', { class: 'view', label: 'history' },
    element('div', { class: 'card' },
      element('div', { class: 'heading' }, element('h2', { text: 'history' }), download), alert, list.root));

  // A link cannot ask for a table, since only `Accept` does.
  async function save() {
    setText(alert, null);
    try {
      const { content } = await ask('GET', '/api/user/ledger', { headers: { Accept: 'text/csv' }, isLong: true });
      const address = URL.createObjectURL(new Blob([content], { type: 'text/csv' }));
      const link = element('a', { href: address, download: 'points.csv' });
      link.click();
      URL.revokeObjectURL(address);
    } catch (failure) {
      setText(alert, failureText(failure));
    }
  }

  return { root, refresh: () => list.reload({ inBackground: true }), show: () => list.reload() };
}

function row(entry) {
  // A server that is newer than this page may have kinds of its own.
  const kind = kinds.includes(entry.kind)
    ? element('strong', { text: `kind-${entry.kind}` }) : element('strong', {}, entry.kind);
  const points = element('span', { class: entry.points > 0 ? 'status gain' : 'status' });
  localized(points, () => { points.textContent = amount(entry.points, true); });
  const after = element('span', { class: 'hint' });
  localized(after, () => { after.textContent = text('balanceAfter', { points: amount(entry.balance) }); });
  const order = entry.order
    ? element('span', { class: 'hint', text: ['ofOrder', { number: numberElement(entry.order) }] }) : null;
  return entryLines([kind, points], [order ?? element('span'), after],
    [element('span', { class: 'hint' }, timeElement(entry.processed_at)), null]);
}
