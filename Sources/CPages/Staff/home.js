// The page of a person: the views that their role may open, chosen by the address after `#`.

import { whenSessionExpires } from '../Common/api.js';
import { closeDialogs } from '../Common/dialog.js';
import { element, focusHeading, showOnly } from '../Common/dom.js';
import { setTitle } from '../Common/frame.js';
import { makeAccount } from './account.js';
import { makeActions } from './actions.js';
import { makeCustomers } from './customers.js';
import { makeOrders } from './orders.js';
import { renewSession, sessionIsValid, stopAsking } from './renewal.js';
import { makeRules } from './rules.js';
import { makeSale } from './sale.js';
import { makeShopSettings } from './shopSettings.js';
import { currentStaff, findStaff, isOwner, isSamePerson, show } from './staff.js';
import { makeTeam } from './team.js';
import { makeToday } from './today.js';

/**
 * The views in the order of the navigation. A view is made when it is opened. Its `show` resolves to true if it has put
 * the focus on what it shows.
 */
const views = {
  today: { make: makeToday },
  customers: { make: makeCustomers },
  sale: { make: makeSale },
  orders: { make: makeOrders },
  rules: { make: makeRules },
  actions: { forOwner: true, make: makeActions },
  team: { forOwner: true, make: makeTeam },
  shopSettings: { forOwner: true, make: makeShopSettings },
  account: { make: makeAccount },
};

/**
 * Shows the page in an element.
 *
 * A view has `root`, and may have `show(rest)`, which takes the rest of the address, `refresh()`, and `leave()`, after
 * which no answer that is still on its way may change what the view shows.
 *
 * @returns `resume()`, which reads the shown view anew, and `leave()`, which ends the page.
 */
export function makeHome(content) {
  const names = Object.keys(views).filter((name) => !views[name].forOwner || isOwner());
  const links = Object.fromEntries(names.map((name) => [name, element('a', { href: `#${name}`, text: name })]));
  const navigation = element('nav', { label: 'views', class: 'views' },
    element('ul', {}, ...Object.values(links).map((link) => element('li', {}, link))));
  // Views that are not shown stay in the document, hidden, so that they follow the language and keep what was typed.
  const places = Object.fromEntries(names.map((name) => [name, element('div', { id: name, hidden: true })]));
  const made = {};
  let shown = null;
  let turn = 0;
  content.replaceChildren(element('div', { class: 'home' }, navigation, element('div', {}, ...Object.values(places))));

  async function showView(isMove) {
    const [wanted, ...rest] = location.hash.slice(1).split('/');
    const name = names.includes(wanted) ? wanted : (isOwner() ? 'today' : 'customers');
    const mine = ++turn;
    made[name] ??= views[name].make();
    for (const [each, link] of Object.entries(links)) {
      if (each === name) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
    setTitle(name);
    if (shown !== made[name]) shown?.leave?.();
    shown = made[name];
    if (!places[name].contains(shown.root)) places[name].append(shown.root);
    showOnly(places[name], Object.values(places));
    const showing = shown.show?.(decode(rest.join('/')));
    const focused = document.activeElement;
    const hasFocus = (await showing) === true;
    // A person who types already while a slow answer is on its way keeps the focus.
    const hasMoved = ![focused, document.body].includes(document.activeElement);
    if (isMove && !hasFocus && !hasMoved && mine === turn) focusHeading(shown.root);
  }

  const move = () => showView(true);
  // The session of another tab, or of another day, may have ended meanwhile.
  const look = async () => {
    if (document.visibilityState !== 'visible') return;
    const before = currentStaff();
    const found = await findStaff().catch(() => undefined);
    // If another tab has signed in since, its message has told this tab already who is there.
    if (currentStaff() !== before) return;
    if (found === null) renewSession(true);
    else if (found && !isSamePerson(found, currentStaff())) show(found, true);
    else if (found) {
      sessionIsValid();
      shown?.refresh?.();
    }
  };
  addEventListener('hashchange', move);
  document.addEventListener('visibilitychange', look);
  whenSessionExpires(renewSession);
  showView(false);

  return {
    resume() {
      sessionIsValid();
      shown?.refresh?.();
    },
    leave() {
      turn += 1;
      shown?.leave?.();
      stopAsking();
      closeDialogs();
      removeEventListener('hashchange', move);
      document.removeEventListener('visibilitychange', look);
      history.replaceState(null, '', location.pathname);
    },
  };
}

function decode(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return '';
  }
}
