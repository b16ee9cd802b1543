// One customer: the balance, what can be done for them, and their orders, withdrawals and history.

import { ask } from '../Common/api.js';
import { confirmed } from '../Common/dialog.js';
import { element, isolated, setText } from '../Common/dom.js';
import { amount, pointsText, pointsWord, timeElement } from '../Common/formats.js';
import { localized } from '../Common/language.js';
import { adjustPoints, spendPoints } from './customerDialogs.js';
import { makeCustomerLists } from './customerLists.js';
import { makeDeed } from './deed.js';
import { download } from './download.js';
import { showSecret } from './secret.js';
import { change, isOwner } from './staff.js';

/**
 * Makes the part of a customer.
 *
 * @param customer the customer as the server describes them.
 * @param leave is called when the customer was deleted.
 * @returns `root` and `refresh()`, which reads everything anew.
 */
export function makeCustomer(customer, leave) {
  const path = `/api/staff/customers/${customer.id}`;
  const heading = element('h3', { tabindex: '-1', class: 'name' }, isolated(customer.login));
  const state = element('span', { class: 'badge' });
  const number = element('span', { class: 'number' });
  const word = element('span');
  const spent = element('p', { class: 'hint' });
  const toggle = makeDeed({ text: 'disable', do: toggleState, failures: { 404: 'customerGone' } });
  const lists = makeCustomerLists(customer, read);

  function show(latest) {
    customer = latest;
    state.hidden = customer.state === 'active';
    setText(state, [`state-${customer.state}`]);
    localized(number, () => { number.textContent = amount(customer.current); });
    localized(word, () => { word.textContent = pointsWord(customer.current); });
    setText(spent, ['spentInAll', { points: () => pointsText(customer.withdrawn) }]);
    setText(toggle.button, [customer.state === 'disabled' ? 'enable' : 'disable']);
  }

  async function read() {
    show((await ask('GET', path, { inBackground: true })).content);
    return customer;
  }

  /** Opens a dialog that changes the balance, and shows what came of it. */
  const changing = (text, open, kind) => {
    const deed = makeDeed({ text, class: kind, do: async () => {
      const done = await open(customer, read);
      // The answer to a dialog that was left may have been lost, and the change made.
      if (done) show(done.customer);
      else read().catch(() => {});
      lists.refresh();
      return done?.words;
    } });
    return deed;
  };

  async function toggleState() {
    const isDisabled = customer.state === 'disabled';
    if (!isDisabled && !(await confirmed('disableCustomer', ['disableCustomerAsk', { login: isolated(customer.login) }],
      'disable'))) return null;
    show((await change('POST', `${path}/${isDisabled ? 'enable' : 'disable'}`)).content);
    return [isDisabled ? 'isEnabled' : 'isDisabled'];
  }

  const password = makeDeed({ text: 'newPassword', failures: { 404: 'customerGone' }, do: async () => {
    const question = ['newPasswordAsk', { login: isolated(customer.login) }];
    if (!(await confirmed('newPassword', question, 'makePassword'))) return null;
    const { content } = await change('POST', `${path}/password`);
    await showSecret('passwordOfCustomer', customer.login, content.password);
    return null;
  } });
  const exporting = makeDeed({ text: 'exportCustomer', failures: { 404: 'customerGone' }, do: async () => {
    await download(`${path}/export`, `customer-${customer.id}.json`, 'application/json');
    return null;
  } });
  const removal = makeDeed({ text: 'deleteCustomer', class: 'danger', failures: { 404: 'customerGone' }, do: async () => {
    const question = ['deleteCustomerAsk', {
      login: isolated(customer.login), points: localized(element('span'), (made) => {
        made.textContent = pointsText(customer.current);
      }),
    }];
    if (!(await confirmed('deleteCustomer', question, 'deleteForGood'))) return null;
    await change('DELETE', path);
    leave();
    return null;
  } });

  const sell = element('a', { class: 'button', href: `#sale/${customer.id}`, text: 'sellTo' });
  const root = element('div', { class: 'view' },
    element('section', { class: 'card', label: 'customer' },
      element('div', { class: 'heading' }, heading, state),
      element('p', { class: 'balance' }, number, ' ', word),
      spent,
      element('p', { class: 'hint', text: ['customerSince', { time: timeElement(customer.created_at) }] }),
      element('div', { class: 'deeds' }, sell, changing('spendPoints', spendPoints).root,
        changing('adjustPoints', adjustPoints).root, password.root,
        ...(isOwner() ? [toggle.root, exporting.root, removal.root] : []))),
    lists.root);
  show(customer);

  return { root, refresh: () => Promise.all([read().catch(() => {}), lists.refresh()]) };
}
