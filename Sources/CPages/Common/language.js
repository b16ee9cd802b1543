// The language of the page: English or Russian, chosen by the browser or by hand. Texts come from tables with a row for
// each text: `name: ['English', 'Russian']`. A form may be an object with the categories of `Intl.PluralRules`, chosen
// by the value `count`. `{name}` in a text is replaced by the value of that name; a value that depends on the language
// is a function.

import { remember, remembered } from './memory.js';
import { sharedTexts } from './texts.js';

/** The languages in the order of the columns of the tables, each with its own name. */
export const languages = { en: 'English', ru: 'Русский' };

const codes = Object.keys(languages);
const texts = { ...sharedTexts };
const updates = new WeakMap();
let current = 'en';
let plurals = new Intl.PluralRules(current);

/** The code of the language in force. */
export function language() {
  return current;
}

/** The language in force as the reader's region has it, for `Intl`: a date of `en-GB` begins with the day. */
export function locale() {
  return (navigator.languages ?? []).find((tag) => tag.slice(0, 2) === current) ?? current;
}

/** Adds a page's own table and takes the language that was chosen before, or else the browser's first one of ours. */
export function startLanguage(pageTexts) {
  Object.assign(texts, pageTexts);
  const wanted = [remembered('language'), ...(navigator.languages ?? [])];
  use(wanted.map((tag) => tag?.slice(0, 2)).find((code) => codes.includes(code)) ?? 'en');
  // The other tabs of the shop follow a choice.
  addEventListener('storage', (event) => {
    if (event.key === 'language' && codes.includes(event.newValue)) use(event.newValue);
  });
}

/** Changes the language, here and in later visits. Nothing that was typed is lost: only texts are replaced. */
export function chooseLanguage(code) {
  remember('language', code);
  use(code);
}

/** Returns a text in the language in force. Numbers among the values are written as the language writes them. */
export function text(name, values = {}) {
  return form(name, values).replace(/\{(\w+)\}/g, (_, value) => write(values[value]));
}

/** Returns a text as a list of strings and nodes, for values that are elements. */
export function phrase(name, values) {
  return form(name, values).split(/\{(\w+)\}/).map((part, index) => (index % 2 ? values[part] : part));
}

/** Runs `update(element)` now, and again whenever the language changes while the element is in the document. */
export function localized(element, update) {
  updates.set(element, update);
  element.dataset.localized = '';
  update(element);
  return element;
}

function use(code) {
  current = code;
  plurals = new Intl.PluralRules(code);
  document.documentElement.lang = code;
  for (const element of document.querySelectorAll('[data-localized]')) updates.get(element)?.(element);
}

function form(name, values) {
  const found = texts[name]?.[codes.indexOf(current)] ?? name;
  return typeof found === 'string' ? found : (found[plurals.select(values.count)] ?? found.other);
}

function write(value) {
  if (typeof value === 'function') return value();
  return typeof value === 'number' ? new Intl.NumberFormat(locale()).format(value) : String(value ?? '');
}
