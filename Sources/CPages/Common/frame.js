// The frame around the views: the link that skips it, the choice of the language, the shop's name, and the title.

import { element } from './dom.js';
import { chooseLanguage, language, languages, localized, text } from './language.js';
import { shopName, startShop, whenShopChanges } from './shop.js';

let view = 'signIn';

/** Fills the frame, which is in the page's HTML, and starts the shop. The language is started before. */
export function startFrame() {
  makeSkip();
  makeLanguageChoice();
  whenShopChanges(() => {
    document.getElementById('shop').textContent = shopName();
    setTitle(view);
  });
  startShop();
}

/** Puts the view that is shown into the page's title. Its name is that of a text. */
export function setTitle(name) {
  view = name;
  localized(document.querySelector('title'), (title) => {
    title.textContent = `${text(view)} – ${shopName()}`;
  });
}

function makeSkip() {
  const skip = document.getElementById('skip');
  localized(skip, () => {
    skip.textContent = text('skip');
  });
  // An address that ends with `#main` would leave the view.
  skip.addEventListener('click', (event) => {
    event.preventDefault();
    document.getElementById('main').focus();
  });
}

function makeLanguageChoice() {
  const choice = element('select', { onchange: () => chooseLanguage(choice.value) },
    ...Object.entries(languages).map(([code, name]) => element('option', { value: code, lang: code }, name)));
  document.getElementById('languages').append(localized(choice, () => {
    choice.setAttribute('aria-label', text('languageLabel'));
    choice.value = language();
  }));
}
