// One field that finds a customer by the start of the login, or by an order's number.

import { ask } from '../Common/api.js';
import { announce, element, isolated, setText } from '../Common/dom.js';
import { failureText } from '../Common/failures.js';
import { makeField } from '../Common/field.js';
import { pointsText } from '../Common/formats.js';
import { localized, text } from '../Common/language.js';
import { orderNumberMistake, plainNumber } from '../Common/orderNumber.js';

const waitMilliseconds = 250;
const foundMax = 8;

/**
 * Makes the field with its list.
 *
 * @param options `choose(customer)` takes the customer that the reader picks, and `goOn()` is called by Enter in the
 *   empty field. The others are those of `makeField`.
 */
export function makeFinder({ choose, goOn = () => {}, ...options }) {
  const field = makeField({
    autocomplete: 'off', dir: 'auto', required: false, enterkeyhint: 'search', ...options,
  });
  const list = element('ul', { class: 'found', label: 'foundCustomers' });
  const note = element('p', { class: 'hint' });
  const alert = element('p', { class: 'alert', role: 'alert' });
  const root = element('div', { class: 'finder', role: 'search' }, field.root, list, note, alert);
  let turn = 0;
  let timer;

  async function search() {
    clearTimeout(timer);
    const typed = field.value.trim();
    const mine = ++turn;
    setText(alert, null);
    if (typed === '') return show([], false);
    try {
      const found = await find(typed);
      if (mine === turn) show(found, true);
      return found;
    } catch (failure) {
      if (mine === turn) {
        // Enter must not choose one of those who were found before.
        show([], false);
        setText(alert, failureText(failure));
      }
      return [];
    }
  }

  function show(found, isAnswer) {
    list.replaceChildren(...found.map((customer) => element('li', {}, row(customer))));
    setText(note, isAnswer && found.length === 0 ? ['noneFound'] : null);
    if (isAnswer) announce(text('foundCount', { count: found.length }));
  }

  function row(customer) {
    const balance = localized(element('span', { class: 'hint' }), (made) => {
      made.textContent = pointsText(customer.current);
    });
    return element('button', { type: 'button', class: 'row', onclick: () => pick(customer) },
      element('strong', {}, isolated(customer.login)),
      customer.state === 'active' ? null : element('span', { class: 'badge', text: `state-${customer.state}` }),
      balance);
  }

  function pick(customer) {
    clear();
    choose(customer);
  }

  function clear() {
    turn += 1;
    clearTimeout(timer);
    field.value = '';
    setText(alert, null);
    show([], false);
  }

  field.input.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(search, waitMilliseconds);
  });
  field.input.addEventListener('keydown', async (event) => {
    if (event.key === 'ArrowDown') {
      event.preventDefault();
      list.querySelector('button')?.focus();
    }
    if (event.key !== 'Enter' || event.isComposing) return;
    event.preventDefault();
    const typed = field.value.trim();
    if (typed === '') return goOn();
    const asked = search();
    const mine = turn;
    const found = (await asked) ?? [];
    // The person may have typed on, or gone to another view, in which the field has no place.
    if (mine !== turn || field.input.getClientRects().length === 0) return;
    const exact = found.length === 1 ? found[0] : found.find((customer) => customer.login === typed);
    if (exact) pick(exact);
    else list.querySelector('button')?.focus();
  });
  list.addEventListener('keydown', (event) => {
    const step = { ArrowDown: 'nextElementSibling', ArrowUp: 'previousElementSibling' }[event.key];
    if (!step) return;
    event.preventDefault();
    (document.activeElement.closest('li')?.[step]?.firstChild ?? field.input).focus();
  });
  return { root, field, clear };
}

/** Returns the customers of an order first, and then those whose login begins with the text. */
async function find(typed) {
  const byLogin = ask('GET', `/api/staff/customers?login=${encodeURIComponent(typed)}&limit=${foundMax}`);
  const byOrder = orderNumberMistake(typed) === null
    ? ask('GET', `/api/staff/customers?order=${plainNumber(typed)}`).catch(() => ({ content: [] })) : { content: [] };
  const [logins, orders] = await Promise.all([byLogin, byOrder]);
  const all = [...orders.content, ...logins.content];
  return all.filter((customer, index) => all.findIndex((each) => each.id === customer.id) === index);
}
