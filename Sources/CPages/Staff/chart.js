// A chart of days as inline SVG, with its table.

import { element } from '../Common/dom.js';
import { amount } from '../Common/formats.js';
import { locale, localized, text } from '../Common/language.js';

const namespace = 'http://www.w3.org/2000/svg';
const height = 100;
const dayWidth = 10;
const gap = 2;

/**
 * Makes the chart of one figure.
 *
 * @param name the name of the figure.
 * @param days the days of the API, the oldest first.
 * @param isOpen true if the table is shown.
 */
export function makeChart(name, days, isOpen) {
  const values = days.map((day) => day[name] ?? 0);
  // Points outstanding are a level. The other figures are counts, which can be added up.
  const isLevel = name === 'outstanding';
  const most = Math.max(0, ...values);
  const peak = days[values.indexOf(most)];
  const total = Math.round(values.reduce((sum, value) => sum + value, 0) * 100) / 100;
  const summary = localized(element('p', { class: 'hint' }), (made) => {
    made.textContent = isLevel
      ? text('chartLevel', { now: amount(values.at(-1) ?? 0), most: amount(most) })
      : text('chartTotal', { total: amount(total), most: amount(most), day: peak ? dayText(peak.day) : '' });
  });
  const table = element('div', { class: 'scroll', tabindex: '0', role: 'group', label: `figure-${name}` });
  const details = element('details', { 'data-name': name, open: isOpen, ontoggle: fill },
    element('summary', { text: 'chartTable' }), table);

  // 400 rows for each of six figures are made only for the reader who wants them.
  function fill() {
    if (!details.open || table.firstChild) return;
    table.append(makeTable(name, days));
  }
  fill();
  return element('figure', {},
    element('figcaption', {}, element('h4', { text: `figure-${name}` }), summary),
    draw(name, values, most), axis(days), details);
}

function draw(name, values, most) {
  const svg = document.createElementNS(namespace, 'svg');
  const set = (target, attributes) => {
    for (const [key, value] of Object.entries(attributes)) target.setAttribute(key, value);
  };
  set(svg, {
    viewBox: `0 0 ${values.length * dayWidth} ${height}`, preserveAspectRatio: 'none', role: 'img', class: 'chart',
  });
  localized(svg, () => svg.setAttribute('aria-label', text('chartOf', { figure: text(`figure-${name}`) })));
  values.forEach((value, index) => {
    if (value <= 0) return;
    // A day with little is still to be seen beside a day with much.
    const tall = Math.max((value / most) * height, 1);
    const bar = document.createElementNS(namespace, 'rect');
    set(bar, { x: index * dayWidth + gap / 2, y: height - tall, width: dayWidth - gap, height: tall });
    svg.append(bar);
  });
  return svg;
}

function axis(days) {
  const ends = [days[0], days.at(-1)].filter(Boolean);
  return element('p', { class: 'axis hint', 'aria-hidden': 'true' }, ...ends.map((day) => dayElement(day.day)));
}

function makeTable(name, days) {
  return element('table', {},
    element('thead', {}, element('tr', {},
      element('th', { scope: 'col', text: 'day' }), element('th', { scope: 'col', text: `figure-${name}` }))),
    element('tbody', {}, ...days.toReversed().map((day) => element('tr', {},
      element('th', { scope: 'row' }, dayElement(day.day)),
      element('td', {}, localized(element('span'), (made) => { made.textContent = amount(day[name] ?? 0); }))))));
}

function dayElement(day) {
  return localized(element('time', { datetime: day }), (made) => { made.textContent = dayText(day); });
}

/** The server's days are days of its calendar, whatever the zone of the browser. */
function dayText(day) {
  return new Intl.DateTimeFormat(locale(), { dateStyle: 'medium', timeZone: 'UTC' }).format(new Date(`${day}T00:00:00Z`));
}
