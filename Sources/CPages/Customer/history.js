// The view of history: every change of the balance, by pages and as a table to keep.

import { ask } from '../Common/api.js';
import { element, setText } from '../Common/dom.js';
import { failureText } from '../Common/failures.js';
import { amount, grouped, pointsText, timeElement } from '../Common/formats.js';
import { localized, text } from '../Common/language.js';
import { makePagedList } from '../Common/pagedList.js';

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
      const { content } = await ask('GET', '/api/user/ledger', { headers: { Accept: 'text/csv' } });
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
  const points = element('span', { class: entry.points > 0 ? 'status gain' : 'status' });
  const after = element('span', { class: 'hint end' });
  return [
    element('div', { class: 'entry' },
      element('span', {}, element('strong', kinds.includes(entry.kind) ? { text: `kind-${entry.kind}` } : {},
        kinds.includes(entry.kind) ? null : entry.kind)),
      localized(points, () => { points.textContent = amount(entry.points, true); }),
      element('span', { class: 'hint' }, timeElement(entry.processed_at),
        entry.order ? element('span', { class: 'of', text: ['ofOrder', { number: grouped(entry.order) }] }) : null),
      localized(after, () => { after.textContent = text('balanceAfter', { points: pointsText(entry.balance) }); })),
  ];
}
