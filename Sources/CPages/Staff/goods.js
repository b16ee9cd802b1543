// The goods of a receipt, entered with the keyboard alone: Enter moves from field to field, and a new row appears
// under the last one.

import { element, setText } from '../Common/dom.js';
import { localized, text } from '../Common/language.js';
import { draft, keepDraft } from '../Common/memory.js';
import { amount } from '../Common/formats.js';
import { readPrice } from './points.js';

/** The server takes no more. */
const goodsMax = 2000;
let editors = 0;

/**
 * Makes the rows, which a form uses like one of its fields.
 *
 * @param options `draft` is the name under which the tab keeps the rows. `changed()` is called after each change, and
 *   `goOn()` by Enter in an empty last row.
 */
export function makeGoods({ draft: draftName, changed = () => {}, goOn = () => {} }) {
  const id = `goods-${++editors}`;
  const rows = [];
  const list = element('ol', { class: 'goods', label: 'goods' });
  const mistake = element('p', { class: 'mistake', role: 'alert' });
  const root = element('div', { class: 'field', role: 'group', label: 'goods' },
    element('p', { class: 'label', text: 'goods' }), list,
    element('p', { class: 'hint', id: `${id}-hint`, text: 'goodsHint' }), mistake);
  let firstWrong = null;

  function addRow({ description = '', price = '' } = {}) {
    const words = element('p', { class: 'mistake', role: 'alert', id: `${id}-${Math.random().toString(36).slice(2)}` });
    const input = (value, attributes) => element('input', {
      type: 'text', value, autocomplete: 'off', 'aria-describedby': `${words.id} ${id}-hint`, oninput: change,
      ...attributes,
    });
    const row = {
      description: input(description, { dir: 'auto', class: 'description', maxlength: 500, enterkeyhint: 'next' }),
      price: input(price, { inputmode: 'decimal', class: 'price', enterkeyhint: 'next' }),
      earns: element('span', { class: 'earns hint' }), words,
    };
    const remove = element('button', { type: 'button', class: 'quiet', onclick: () => removeRow(row) }, '×');
    row.remove = remove;
    row.description.addEventListener('keydown', (event) => whenEnter(event, () => {
      if (isEmpty(row) && row === rows.at(-1)) goOn();
      else row.price.focus();
    }));
    row.price.addEventListener('keydown', (event) => whenEnter(event, () => {
      if (row === rows.at(-1) && !isEmpty(row)) addRow();
      rows[rows.indexOf(row) + 1]?.description.focus();
    }));
    row.root = element('li', {},
      element('div', { class: 'good' }, row.description, row.price, remove), row.earns, words);
    rows.push(row);
    list.append(row.root);
    number();
    return row;
  }

  function removeRow(row) {
    const index = rows.indexOf(row);
    rows.splice(index, 1);
    row.root.remove();
    if (rows.length === 0) addRow();
    number();
    rows[Math.min(index, rows.length - 1)].description.focus();
    change();
  }

  /** Names the fields by their rows, for screen readers. */
  function number() {
    rows.forEach((row, index) => {
      const values = { row: index + 1 };
      localized(row.description, (made) => {
        made.setAttribute('aria-label', text('goodsDescription', values));
        made.setAttribute('placeholder', text('description'));
      });
      localized(row.price, (made) => {
        made.setAttribute('aria-label', text('goodsPrice', values));
        made.setAttribute('placeholder', text('price'));
      });
      localized(row.remove, (made) => made.setAttribute('aria-label', text('removeRow', values)));
    });
  }

  function change() {
    for (const row of rows) {
      if (row.words.childNodes.length > 0 && !mistakeOf(row)) fail(row, null);
      setText(row.earns, null);
    }
    setText(mistake, null);
    const kept = rows.filter((row) => !isEmpty(row)).map(typed);
    if (draftName) keepDraft(draftName, kept.length > 0 ? JSON.stringify(kept) : '');
    changed();
  }

  function fill(goods) {
    list.replaceChildren();
    rows.length = 0;
    for (const good of goods) addRow(good);
    addRow();
  }

  const editor = {
    root,
    get input() { return firstWrong ?? rows[0].description; },
    /** The goods of the complete rows, for the API. */
    get goods() {
      return rows.filter((row) => !isEmpty(row) && !mistakeOf(row)).map((row) => (
        { description: row.description.value.trim(), price: readPrice(row.price.value).price }));
    },
    /** Empties the rows. */
    clear() {
      fill([]);
      change();
    },
    fail(words) { setText(mistake, words); },
    passes() {
      firstWrong = null;
      for (const row of rows) {
        const found = isEmpty(row) ? null : mistakeOf(row);
        fail(row, found);
        if (found) firstWrong ??= found.at;
      }
      const count = rows.filter((row) => !isEmpty(row)).length;
      setText(mistake, count === 0 ? ['goodsMissing'] : count > goodsMax ? ['goodsTooMany', { count: goodsMax }] : null);
      return firstWrong === null && count > 0 && count <= goodsMax;
    },
    /** Shows what each complete row earns, and by which rule. */
    showEarned(earned) {
      const complete = rows.filter((row) => !isEmpty(row) && !mistakeOf(row));
      earned.forEach((good, index) => {
        if (!complete[index]) return;
        const points = { points: () => amount(good.points, true), rule: good.rule };
        setText(complete[index].earns, good.rule ? ['rowEarns', points] : ['rowEarnsNothing']);
      });
    },
    focus: () => rows.find((row) => isEmpty(row) || mistakeOf(row))?.description.focus(),
  };
  fill(parse(draftName ? draft(draftName) : ''));
  return editor;
}

function fail(row, found) {
  setText(row.words, found ? [found.text] : null);
  for (const input of [row.description, row.price]) {
    if (found?.at === input) input.setAttribute('aria-invalid', 'true');
    else input.removeAttribute('aria-invalid');
  }
}

function mistakeOf(row) {
  if (row.description.value.trim() === '') return { text: 'descriptionMissing', at: row.description };
  const { fault } = readPrice(row.price.value);
  return fault ? { text: fault, at: row.price } : null;
}

function isEmpty(row) {
  return row.description.value.trim() === '' && row.price.value.trim() === '';
}

function typed(row) {
  return { description: row.description.value, price: row.price.value };
}

function whenEnter(event, act) {
  if (event.key !== 'Enter' || event.isComposing) return;
  event.preventDefault();
  act();
}

function parse(kept) {
  try {
    const goods = JSON.parse(kept || '[]');
    return Array.isArray(goods) ? goods : [];
  } catch {
    return [];
  }
}
