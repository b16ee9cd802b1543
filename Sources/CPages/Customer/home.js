// The page of an account: its balance, the views, and the link to what changes at the server.

import { whenSessionExpires } from '../Common/api.js';
import { closeDialogs } from '../Common/dialog.js';
import { element, focusHeading, showOnly } from '../Common/dom.js';
import { setTitle } from '../Common/frame.js';
import { makeBalance } from './balance.js';
import { makeHistory } from './history.js';
import { watchAccount } from './live.js';
import { makeOrders } from './orders.js';
import { renewSession, sessionIsValid, stopAsking } from './renewal.js';
import { makeSettings } from './settings.js';
import { makeSpending } from './spending.js';

/**
 * Makes the page.
 *
 * @param login the account's login.
 * @returns `root`, `resume()`, which reads everything anew, and `leave()`, which ends the page.
 */
export function makeHome(login) {
  const balance = makeBalance();
  const views = {
    orders: makeOrders(),
    spending: makeSpending(balance),
    history: makeHistory(),
    settings: makeSettings(login),
  };
  const links = Object.fromEntries(Object.keys(views).map((name) =>
    [name, element('a', { href: `#${name}`, class: `to-${name}`, text: name })]));
  const navigation = element('nav', { label: 'views', class: 'views' },
    element('ul', {}, ...Object.values(links).map((link) => element('li', {}, link))));
  const root = element('div', { class: 'home' }, balance.root, navigation,
    ...Object.values(views).map((view) => view.root));
  for (const [name, view] of Object.entries(views)) view.root.id = name;
  const roots = Object.values(views).map((view) => view.root);

  function showView(isMove) {
    const wanted = location.hash.slice(1);
    const name = Object.hasOwn(links, wanted) ? wanted : 'orders';
    showOnly(views[name].root, roots);
    for (const [each, link] of Object.entries(links)) {
      if (each === name) link.setAttribute('aria-current', 'page');
      else link.removeAttribute('aria-current');
    }
    setTitle(name);
    views[name].show?.();
    if (isMove) focusHeading(views[name].root);
  }
  const move = () => showView(true);
  addEventListener('hashchange', move);
  showView(false);

  whenSessionExpires(renewSession);
  const shown = () => Object.values(views).find((view) => !view.root.hidden);
  const watch = watchAccount({
    order: (order) => views.orders.change(order),
    balance: (values) => {
      balance.show(values);
      shown().refresh?.();
    },
    read: async () => {
      await balance.load();
      await shown().refresh?.();
    },
  });

  return {
    root,
    resume() {
      sessionIsValid();
      watch.resume();
    },
    leave() {
      stopAsking();
      closeDialogs();
      watch.stop();
      removeEventListener('hashchange', move);
      history.replaceState(null, '', location.pathname);
    },
  };
}
