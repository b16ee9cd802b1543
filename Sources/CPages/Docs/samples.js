// Samples: one language at a time, with a button that copies.

import { announce, element } from './element.js';

const languageKey = 'docs.language';
const shownMilliseconds = 2000;

/** Puts the address of this server into the samples, which are written for the default one. */
export function showOwnOrigin() {
  const written = document.body.dataset.origin;
  if (written === location.origin) return;
  for (const code of document.querySelectorAll('.samples code')) {
    code.textContent = code.textContent.replaceAll(written, location.origin);
  }
}

/** Gives all samples buttons for the languages. The choice is the same for all, and for the next visit. */
export function makeSamples() {
  const languages = [...document.querySelector('.samples').children].map((figure) => figure.dataset.language);
  const buttons = [];

  const choose = (language) => {
    document.body.dataset.language = language;
    for (const button of buttons) button.setAttribute('aria-pressed', String(button.textContent === language));
    remember(language);
  };
  const press = (event) => {
    // Samples above this one change their height, too. The button stays where it is.
    const before = event.target.getBoundingClientRect().top;
    choose(event.target.textContent);
    scrollBy({ top: event.target.getBoundingClientRect().top - before, behavior: 'instant' });
  };

  for (const samples of document.querySelectorAll('.samples')) {
    const made = languages.map((language) => element('button', { type: 'button', onclick: press }, language));
    buttons.push(...made);
    samples.prepend(
      element('div', { class: 'bar' },
        element('div', { role: 'group', 'aria-label': 'Language of the sample' }, ...made), copyButton(samples)));
  }
  const remembered = recall();
  choose(languages.includes(remembered) ? remembered : languages[0]);
}

function copyButton(samples) {
  const button = element('button', { type: 'button', class: 'copy' }, 'Copy');
  let restoring = 0;
  button.addEventListener('click', async () => {
    const code = samples.querySelector(`figure[data-language="${document.body.dataset.language}"] code`);
    const isCopied = await copy(code);
    button.textContent = isCopied ? 'Copied' : 'Not copied';
    announce(isCopied ? 'Copied.' : 'The browser does not allow copying. Select the text instead.');
    clearTimeout(restoring);
    restoring = setTimeout(() => {
      button.textContent = 'Copy';
    }, shownMilliseconds);
  });
  return button;
}

/** Copies the text of an element. Without TLS, browsers have only the older way. */
async function copy(code) {
  try {
    await navigator.clipboard.writeText(code.textContent);
    return true;
  } catch {
    const selection = getSelection();
    selection.selectAllChildren(code);
    const isCopied = document.execCommand('copy');
    if (isCopied) selection.removeAllRanges();
    return isCopied;
  }
}

function remember(language) {
  try {
    localStorage.setItem(languageKey, language);
  } catch {
    // The browser keeps nothing for pages, so the choice is for this visit.
  }
}

function recall() {
  try {
    return localStorage.getItem(languageKey);
  } catch {
    return null;
  }
}
