// A list that is read page by page. What was shown stays while more is read, and when reading fails.

import { ask } from './api.js';
import { element, setText } from './dom.js';
import { failureText } from './failures.js';

/** Makes the content of an item: lines with something at the start, and something at the end or `null`. */
export function entryLines(...lines) {
  return lines.map(([start, end]) => element('div', { class: 'line' }, start, end));
}

const entriesPerPage = 20;
/** The server gives no more at once. */
const entriesMax = 1000;

/**
 * Makes a list.
 *
 * @param options `path` of the list, `label` and `empty` as names of texts, `row(entry)` makes the content of an item,
 *   and `keyOf(entry)` returns what names an entry, if entries change. `failures` are texts by a problem's type
 *   or status.
 */
export function makePagedList({ path, label, empty, row, keyOf = () => null, failures = {} }) {
  const list = element('ul', { class: 'list', label });
  const note = element('p', { class: 'hint' });
  const alert = element('p', { class: 'alert', role: 'alert' });
  const more = element('button', { type: 'button', text: 'showMore', hidden: true, onclick: showMore });
  const again = element('button', { type: 'button', text: 'tryAgain', hidden: true, onclick: () => reload() });
  const root = element('div', { class: 'paged' }, list, note, alert, more, again);
  let entries = [];
  let next = null;
  let reading = 0;
  let isOutdated = false;

  /** Reads the list anew, as many entries as are shown. Resolves to true if it was read. */
  async function reload({ inBackground = false } = {}) {
    // A page that the reader asked for is not thrown away: the list is read anew after it.
    if (inBackground && root.hasAttribute('aria-busy')) {
      isOutdated = true;
      return false;
    }
    const limit = Math.min(Math.max(entries.length, entriesPerPage), entriesMax);
    return read(`${path}?limit=${limit}`, inBackground, (content) => show(content));
  }

  async function showMore() {
    const first = entries.length;
    if (await read(next, false, (content) => show([...entries, ...content]))) {
      // The button may be gone: the focus moves to the first new entry.
      const entry = list.children[first] ?? list.lastElementChild;
      entry?.setAttribute('tabindex', '-1');
      entry?.focus();
    }
  }

  async function read(from, inBackground, take) {
    const turn = ++reading;
    isOutdated = false;
    root.setAttribute('aria-busy', 'true');
    let isRead = false;
    try {
      const response = await ask('GET', from, { inBackground });
      // An answer that was overtaken by a later one would show the past.
      if (turn !== reading) return false;
      next = response.next;
      take(Array.isArray(response.content) ? response.content : []);
      setText(alert, null);
      again.hidden = true;
      isRead = true;
    } catch (failure) {
      if (turn === reading && !(inBackground && entries.length > 0)) {
        setText(alert, failureText(failure, failures));
        again.hidden = false;
        setText(note, null);
      }
    }
    if (turn !== reading) return false;
    root.removeAttribute('aria-busy');
    // An entry has changed while the list was on its way, which may be from before the change.
    if (isRead && isOutdated) reload({ inBackground: true });
    return isRead;
  }

  function show(content) {
    more.hidden = next === null;
    setText(note, content.length === 0 ? [empty] : null);
    if (JSON.stringify(content) === JSON.stringify(entries)) return;
    // Entries that stay keep their elements, and with them the focus.
    const kept = new Map(entries.map((entry, index) => [JSON.stringify(entry), list.children[index]]));
    const focused = document.activeElement;
    const place = [...list.children].findIndex((each) => each.contains(focused));
    const earlier = entries[place];
    const button = earlier ? buttonsOf(list.children[place]).indexOf(focused) : -1;
    list.replaceChildren(...content.map((entry) => kept.get(JSON.stringify(entry)) ?? item(entry)));
    entries = content;
    if (list.contains(focused)) focused.focus();
    else if (earlier) focusEntry(keyOf(earlier), button);
  }

  /** Puts the focus on a button of an entry that was made anew, or else on the entry. */
  function focusEntry(key, button) {
    const made = key === null ? null : list.children[entries.findIndex((each) => keyOf(each) === key)];
    made?.setAttribute('tabindex', '-1');
    (buttonsOf(made)[button] ?? made)?.focus();
  }

  function item(entry) {
    return element('li', {}, ...row(entry));
  }

  /** Shows a changed entry in its place. Returns the earlier one, or `undefined` if the list does not show it. */
  function replace(entry) {
    if (root.hasAttribute('aria-busy')) isOutdated = true;
    const index = entries.findIndex((each) => keyOf(each) === keyOf(entry));
    if (index < 0) return undefined;
    const earlier = entries[index];
    entries[index] = entry;
    list.children[index].replaceChildren(...row(entry));
    return earlier;
  }

  return { root, reload, replace };
}

function buttonsOf(entry) {
  return [...entry?.querySelectorAll('button') ?? []];
}
