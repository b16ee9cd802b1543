// The view of actions: every change by the staff, newest first, and as a table to keep.

import { element, isolated } from '../Common/dom.js';
import { amount, timeElement } from '../Common/formats.js';
import { localized } from '../Common/language.js';
import { entryLines, makePagedList } from '../Common/pagedList.js';
import { makeDeed } from './deed.js';
import { download } from './download.js';
import { ownerTexts } from './ownerTexts.js';

/** Makes the view. */
export function makeActions() {
  const list = makePagedList({ path: '/api/staff/actions', label: 'actions', empty: 'noActions', row });
  const save = makeDeed({ text: 'downloadCSV', do: async () => {
    await download('/api/staff/actions?format=csv', 'actions.csv', 'text/csv');
    return null;
  } });
  const root = element('section', { class: 'view', label: 'actions' },
    element('div', { class: 'card' },
      element('div', { class: 'heading' }, element('h2', { text: 'actions' }), save.root), list.root));
  return { root, show: () => list.reload(), refresh: () => list.reload({ inBackground: true }) };
}

function row(action) {
  // A server that is newer than this page may have actions of its own.
  const name = `action-${action.action}`;
  const what = element('strong', { text: Object.hasOwn(ownerTexts, name) ? name : action.action });
  const lines = [[what, timeElement(action.at)]];
  const whom = action.customer?.login ?? action.subject;
  const target = action.customer
    ? element('a', { href: `#customers/${action.customer.id}` }, isolated(whom)) : isolated(whom ?? '');
  const points = action.details?.points ?? null;
  lines.push([target, points === null ? null : localized(element('span', { class: 'status' }), (made) => {
    made.textContent = amount(points, true);
  })]);
  if (action.customer && action.subject) {
    lines.push([element('span', { class: 'hint' }, isolated(action.subject)), null]);
  }
  if (action.details?.note) lines.push([element('span', { class: 'quote' }, isolated(action.details.note)), null]);
  const by = element('span', { class: 'hint', text: ['byAuthor', { name: isolated(action.by) }] });
  lines.push([by, element('span', { class: 'hint number' }, action.address ?? '')]);
  return entryLines(...lines);
}
