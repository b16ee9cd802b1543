// Search: leaves the entries of the contents whose sections have all the words.

import { announce, element } from './element.js';

const nav = document.getElementById('contents');
const block = nav.querySelector('details');
// A pause in typing, before a screen reader says the number of hits.
const announceAfterMilliseconds = 600;

/** Puts the field for words above the contents. `/` focuses it, Escape clears it. */
export function makeSearch() {
  const field = element('input', {
    type: 'search', id: 'search', autocomplete: 'off', spellcheck: 'false', placeholder: 'Operation or word',
    'aria-describedby': 'hits',
  });
  const hits = element('p', { id: 'hits', class: 'hint' }, 'Press / to search.');
  block.querySelector('summary').after(
    element('search', { class: 'search' }, element('label', { for: 'search' }, 'Search'), field, hits));

  let entries = null;
  let announcing = 0;
  const find = () => {
    entries ??= readEntries();
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    const count = show(entries, words);
    const text = count === 0 ? 'Nothing has these words.' : count === 1 ? '1 hit' : `${count} hits`;
    hits.textContent = words.length === 0 ? 'Press / to search.' : text;
    clearTimeout(announcing);
    announcing = setTimeout(() => announce(words.length === 0 ? 'All entries are shown.' : text), announceAfterMilliseconds);
  };
  field.addEventListener('input', find);
  field.addEventListener('keydown', (event) => {
    if (event.key === 'Escape' && field.value !== '') {
      event.preventDefault();
      field.value = '';
      find();
    }
  });
  addEventListener('keydown', (event) => {
    if (event.key !== '/' || event.ctrlKey || event.altKey || event.metaKey || isTyping(event.target)) return;
    event.preventDefault();
    block.open = true;
    field.focus();
    field.select();
  });
}

/** Each entry with the words of its section. The words of a chapter are those before its first operation. */
function readEntries() {
  return [...nav.querySelectorAll('li')].map((item) => {
    const link = item.querySelector(':scope > a');
    const target = document.getElementById(link.hash.slice(1));
    return { item, isGroup: item.querySelector('li') !== null, words: wordsOf(target, link) };
  });
}

function wordsOf(target, link) {
  const article = target.closest('article');
  if (article) return `${link.textContent} ${article.querySelector('.text').textContent}`.toLowerCase();
  let words = `${link.textContent} ${target.textContent}`;
  let next = target.closest('.heading')?.nextElementSibling;
  while (next && !next.matches('.heading, article')) {
    words += ` ${next.textContent}`;
    next = next.nextElementSibling;
  }
  return words.toLowerCase();
}

/** Shows the entries that have all the words, and the groups that they are in. Returns the number of these entries. */
function show(entries, words) {
  let count = 0;
  const shown = new Set();
  for (const { item, isGroup, words: text } of entries) {
    const isHit = words.every((word) => text.includes(word));
    if (!isHit) continue;
    if (!isGroup || words.length > 0) count += 1;
    for (let each = item; each && nav.contains(each); each = each.parentElement.closest('li')) shown.add(each);
  }
  for (const { item } of entries) item.hidden = !shown.has(item);
  for (const group of nav.querySelectorAll('li details')) group.open = words.length > 0;
  return count;
}

function isTyping(target) {
  return target instanceof Element && target.closest('input, textarea, select') !== null;
}
