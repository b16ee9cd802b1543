// Requests that are tried from the page. They go to the page's own server.

import { element } from './element.js';
import { laidOut } from './layout.js';

// A longer body is cut, so that the page stays usable.
const shownCharactersMax = 100000;

// The token is kept in this variable alone. It is gone with the page.
let token = '';
const tokenFields = new Set();
let count = 0;

/** Gives each operation a button that opens its form. */
export function makeAttempts() {
  for (const article of document.querySelectorAll('article[data-path]')) {
    const place = element('div', { class: 'attempt' });
    const button = element('button', { type: 'button', class: 'open', 'aria-expanded': 'false' }, 'Try it');
    button.setAttribute('aria-label', `Try it: ${article.querySelector('h3').textContent}`);
    let form = null;
    button.addEventListener('click', () => {
      const isOpening = form === null || form.hidden;
      form ??= makeForm(article, place);
      form.hidden = !isOpening;
      button.setAttribute('aria-expanded', String(isOpening));
    });
    place.append(button);
    article.querySelector('.side').append(place);
  }
}

/** Makes the form of an operation: the fields of its parameters and body, a button that sends, and the response. */
function makeForm(article, place) {
  const { method, path, access } = article.dataset;
  const parameters = [...article.querySelectorAll('dt[data-in]')].map((term) => {
    const { in: where, name, value } = term.dataset;
    const isNeeded = where === 'path';
    const input = element('input', { type: 'text', autocomplete: 'off', spellcheck: 'false', required: isNeeded });
    if (where !== 'header') input.value = value;
    return { where, name, input };
  });
  const bodyType = article.querySelector('[data-type]')?.dataset.type;
  const body = bodyType ? element('textarea', { rows: '6', autocomplete: 'off', spellcheck: 'false' }) : null;
  if (body) {
    body.value = article.querySelector('[data-body]').dataset.body;
    body.rows = Math.min(16, body.value.split('\n').length + 1);
  }
  const send = element('button', { type: 'submit', class: 'primary' },
    method === 'GET' ? 'Send GET' : `Send ${method} and change data`);
  const stop = element('button', { type: 'button', hidden: true }, 'Stop');
  const result = element('div', { class: 'answer' });
  const form = element('form', { 'aria-label': `Request: ${article.querySelector('h3').textContent}` },
    ...parameters.map(({ where, name, input }) => labelled(`${name} (${where})`, input)),
    access === 'session' ? tokenField() : null,
    body ? labelled(`Body (${bodyType})`, body) : null,
    method === 'GET' ? null
      : element('p', { class: 'warning' }, 'This request goes to this server, and can change its data.'),
    element('div', { class: 'buttons' }, send, stop), result);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    if (send.getAttribute('aria-disabled') === 'true') return;
    const request = makeRequest(method, path, parameters, access, bodyType, body);
    run(request, { send, stop, result });
  });
  place.append(form);
  return form;
}

function labelled(words, input, hint) {
  count += 1;
  input.id = `try-${count}`;
  return element('p', { class: 'field' }, element('label', { for: input.id }, words), input, hint);
}

/** The field of the token, which is the same for all operations. */
function tokenField() {
  const input = element('input', { type: 'password', autocomplete: 'off', spellcheck: 'false' });
  input.value = token;
  input.addEventListener('input', () => {
    token = input.value;
    for (const other of tokenFields) if (other !== input) other.value = token;
  });
  tokenFields.add(input);
  const hint = element('span', { class: 'hint' }, 'Without a token, the browser sends its cookie. The page stores no token.');
  hint.id = `hint-${count}`;
  input.setAttribute('aria-describedby', hint.id);
  return labelled('Token or API key', input, hint);
}

function makeRequest(method, path, parameters, access, bodyType, body) {
  const query = new URLSearchParams();
  const headers = [];
  let target = path;
  for (const { where, name, input } of parameters) {
    if (input.value === '') continue;
    if (where === 'path') target = target.replace(`{${name}}`, () => encodeURIComponent(input.value));
    else if (where === 'query') query.append(name, input.value);
    else headers.push([name, input.value]);
  }
  if (access === 'session' && token !== '') headers.push(['Authorization', `Bearer ${token}`]);
  if (body) headers.push(['Content-Type', bodyType]);
  const text = query.toString();
  return {
    url: text === '' ? target : `${target}?${text}`,
    // Browsers would answer from what they keep, and the reader wants to see the server's own response.
    options: { method, headers, body: body?.value, cache: 'no-store', credentials: 'same-origin' },
  };
}

/** Sends a request, and shows the response as it arrives. */
async function run({ url, options }, { send, stop, result }) {
  const abort = new AbortController();
  const status = element('p', { class: 'status', role: 'status' });
  const head = element('code');
  const body = element('code');
  result.replaceChildren(status,
    element('details', {}, element('summary', {}, 'Headers'), element('pre', {}, head)), element('pre', {}, body));
  status.textContent = `${options.method} ${url} …`;
  stop.onclick = () => abort.abort();
  stop.hidden = false;
  send.setAttribute('aria-disabled', 'true');
  try {
    const response = await fetch(url, { ...options, signal: abort.signal });
    status.textContent = `${response.status} ${response.statusText}`;
    status.classList.add(`status-${String(response.status)[0]}`);
    head.textContent = [...response.headers].map(([name, value]) => `${name}: ${value}`).join('\n');
    await showBody(response, body, abort);
  } catch (error) {
    const words = abort.signal.aborted ? 'Stopped.' : `The request failed: ${error.message}`;
    status.textContent = status.className === 'status' ? words : `${status.textContent}. ${words}`;
  } finally {
    if (stop === document.activeElement) send.focus();
    stop.hidden = true;
    send.removeAttribute('aria-disabled');
  }
}

/** Shows a body as text. A stream of events does not end by itself, so its parts are shown as they arrive. */
async function showBody(response, shown, abort) {
  const type = response.headers.get('Content-Type') ?? '';
  if (type.startsWith('text/event-stream')) return showStream(response, shown, abort);
  const text = await response.text();
  const whole = text === '' ? 'No body.' : type.includes('json') ? laidOut(text) : text;
  shown.textContent = whole.length > shownCharactersMax ? cut(whole) : whole;
}

async function showStream(response, shown, abort) {
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  while (true) {
    const { done, value } = await reader.read();
    if (done) return;
    text += value;
    shown.textContent = text;
    if (text.length > shownCharactersMax) {
      shown.textContent = cut(text);
      abort.abort();
    }
  }
}

function cut(text) {
  return `${text.slice(0, shownCharactersMax)}\n… The rest is left out.`;
}
