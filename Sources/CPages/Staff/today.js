// The start page: the figures of today, and for the owner everything that is wrong, and charts.

import { ask } from '../Common/api.js';
import { element, setText } from '../Common/dom.js';
import { failureText } from '../Common/failures.js';
import { amount } from '../Common/formats.js';
import { localized } from '../Common/language.js';
import { remember, remembered } from '../Common/memory.js';
import { makeChart } from './chart.js';
import { isOwner } from './staff.js';
import { troubles } from './troubles.js';

const figures = ['orders', 'granted', 'spent', 'returned', 'customers', 'outstanding'];
const spans = ['7', '30', '90', '400'];

/** Makes the view. */
export function makeToday() {
  const tiles = element('ul', { class: 'tiles', label: 'today' });
  const wrong = element('ul', { class: 'wrong', label: 'state' });
  const alert = element('p', { class: 'alert', role: 'alert' });
  const charts = element('div', { class: 'charts' });
  const span = element('select', { label: 'chartSpan', onchange: () => {
    remember('chartDays', span.value);
    read();
  } }, ...spans.map((days) => element('option', { value: days, text: ['lastDays', { count: Number(days) }] })));
  span.value = spans.includes(remembered('chartDays')) ? remembered('chartDays') : '30';
  let turn = 0;

  async function read() {
    const mine = ++turn;
    const days = isOwner() ? span.value : 1;
    try {
      const { content } = await ask('GET', `/api/staff/figures?days=${days}`, { inBackground: true });
      if (mine !== turn) return;
      setText(alert, null);
      show(content);
    } catch (failure) {
      if (mine === turn) setText(alert, failureText(failure));
    }
  }

  function show(content) {
    const today = content.days.at(-1);
    tiles.replaceChildren(...figures.map((name) => element('li', {},
      element('span', { class: 'hint', text: `figure-${name}` }), ' ',
      localized(element('strong', { class: 'number' }), (made) => {
        made.textContent = amount(today?.[name] ?? 0);
      }))));
    if (!isOwner()) return;
    wrong.replaceChildren(...troubles(content).map(({ isBad, words }) =>
      element('li', { class: isBad ? 'bad' : 'fine' }, element('span', { text: words }))));
    // Charts that are open stay open.
    const open = new Set([...charts.querySelectorAll('details[open]')].map((each) => each.dataset.name));
    charts.replaceChildren(...figures.map((name) => makeChart(name, content.days, open.has(name))));
  }

  const root = element('section', { class: 'view', label: 'today' },
    element('div', { class: 'card' }, element('h2', { text: 'today' }), tiles, alert),
    isOwner() ? element('div', { class: 'card' }, element('h3', { text: 'state' }), wrong) : null,
    isOwner() ? element('div', { class: 'card' },
      element('div', { class: 'heading' }, element('h3', { text: 'charts' }), span), charts) : null);
  return { root, show: read, refresh: read };
}
