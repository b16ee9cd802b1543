// The start of the staff's page: its frame, and the view of a visitor or of a person.

import { element, focusHeading } from '../Common/dom.js';
import { failureText } from '../Common/failures.js';
import { chooseLanguage, language, languages, localized, startLanguage, text } from '../Common/language.js';
import { remember, remembered } from '../Common/memory.js';
import { hideNotice, showNotice } from '../Common/notices.js';
import { shopName, startShop, whenShopChanges } from '../Common/shop.js';
import { ownerTexts } from './ownerTexts.js';
import { makeSignIn } from './signIn.js';
import { currentStaff, findStaff, show, whenStaffChanges } from './staff.js';
import { texts } from './texts.js';

const content = document.getElementById('content');
const nothing = { resume: () => {}, leave: () => {} };
let home = nothing;
let view = 'signIn';

startLanguage({ ...texts, ...ownerTexts });
makeFrame();
whenShopChanges(() => {
  document.getElementById('shop').textContent = shopName();
  setTitle();
});
startShop();
whenStaffChanges(showStaff);
if (remembered('isStaff') === null) showVisitor();
start();

async function start() {
  try {
    const staff = await findStaff();
    hideNotice('start');
    if (staff === null && !content.querySelector('form')) showVisitor();
    if (staff !== null) show(staff, false);
  } catch (failure) {
    showNotice('start', failureText(failure), { text: 'tryAgain', do: () => {
      hideNotice('start');
      start();
    } });
  }
}

async function showStaff(isFromElsewhere, isOther) {
  const staff = currentStaff();
  remember('isStaff', staff === null ? null : 'yes');
  if (!isOther) return home.resume();
  home.leave();
  home = nothing;
  if (isFromElsewhere) showNotice('elsewhere', staff === null ? 'signedOutElsewhere' : 'otherPersonElsewhere');
  else hideNotice('elsewhere');
  if (staff === null) {
    showVisitor();
    focusHeading(content);
    return;
  }
  try {
    const { makeHome } = await import('./home.js');
    // The person may have signed out while the file was on its way.
    if (currentStaff() !== staff) return;
    const hadFocus = content.contains(document.activeElement);
    home = makeHome(content, setTitle);
    if (hadFocus) focusHeading(content.querySelector('.view'));
  } catch (failure) {
    console.error(failure);
    showNotice('start', 'offline', { text: 'tryAgain', do: () => location.reload() });
  }
}

function showVisitor() {
  content.replaceChildren(makeSignIn());
  setTitle('signIn');
  // The rest of the page comes while the person types.
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
