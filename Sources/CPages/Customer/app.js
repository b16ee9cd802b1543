// The start of the customer's page: its frame, and the view of a visitor or of an account.

import { element, focusHeading } from '../Common/dom.js';
import { failureText } from '../Common/failures.js';
import { chooseLanguage, language, languages, localized, startLanguage, text } from '../Common/language.js';
import { remember, remembered } from '../Common/memory.js';
import { currentLogin, findAccount, show, whenAccountChanges } from './account.js';
import { hideNotice, showNotice } from '../Common/notices.js';
import { shopName, startShop, whenShopChanges } from '../Common/shop.js';
import { makeSignIn } from './signIn.js';
import { texts } from './texts.js';

const content = document.getElementById('content');
const nothing = { resume: () => {}, leave: () => {} };
let home = nothing;
let view = 'signIn';

startLanguage(texts);
makeFrame();
whenShopChanges(() => {
  document.getElementById('shop').textContent = shopName();
  setTitle();
});
startShop();
whenAccountChanges(showAccount);
// A visitor can use the form at once. A customer who was here before probably has a session, and waits for the answer.
if (remembered('isCustomer') === null) showVisitor();
start();

async function start() {
  try {
    const login = await findAccount();
    hideNotice('start');
    if (login === null && !content.querySelector('form')) showVisitor();
    if (login !== null) show(login, false);
  } catch (failure) {
    showNotice('start', failureText(failure), { text: 'tryAgain', do: () => {
      hideNotice('start');
      start();
    } });
  }
}

async function showAccount(login, isFromElsewhere, isOther) {
  remember('isCustomer', login === null ? null : 'yes');
  if (!isOther) return home.resume();
  home.leave();
  home = nothing;
  hideNotice('connection');
  if (isFromElsewhere) showNotice('elsewhere', login === null ? 'signedOutElsewhere' : 'otherAccountElsewhere');
  else hideNotice('elsewhere');
  if (login === null) {
    showVisitor();
    focusHeading(content);
    return;
  }
  try {
    const { makeHome } = await import('./home.js');
    // The customer may have signed out while the file was on its way.
    if (currentLogin() !== login) return;
    home = makeHome(login, setTitle);
    // The focus was in the form if the customer has just signed in, and moves to the view. After a reload it stays.
    const hadFocus = content.contains(document.activeElement);
    content.replaceChildren(home.root);
    if (hadFocus) focusHeading(content.querySelector('.view:not([hidden])'));
    home.resume();
  } catch (failure) {
    console.error(failure);
    showNotice('start', 'offline', { text: 'tryAgain', do: () => location.reload() });
  }
}

function showVisitor() {
  content.replaceChildren(makeSignIn());
  setTitle('signIn');
  // The rest of the page comes while the customer types.
  import('./home.js').catch(() => {});
}

function setTitle(name = view) {
  view = name;
  localized(document.querySelector('title'), (title) => {
    title.textContent = `${text(view)} – ${shopName()}`;
  });
}

function makeFrame() {
  const skip = document.getElementById('skip');
  localized(skip, () => {
    skip.textContent = text('skip');
  });
  // An address that ends with `#main` would leave the view.
  skip.addEventListener('click', (event) => {
    event.preventDefault();
    document.getElementById('main').focus();
  });
  const choice = element('select', { onchange: () => chooseLanguage(choice.value) },
    ...Object.entries(languages).map(([code, name]) => element('option', { value: code, lang: code }, name)));
  document.getElementById('languages').append(localized(choice, () => {
    choice.setAttribute('aria-label', text('languageLabel'));
    choice.value = language();
  }));
}
