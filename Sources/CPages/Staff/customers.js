// The view of customers: find one, add one, and work with the one that was found.

import { ask } from '../Common/api.js';
import { loginField } from '../Common/credentials.js';
import { openDialog } from '../Common/dialog.js';
import { element, setText } from '../Common/dom.js';
import { failureText } from '../Common/failures.js';
import { makeForm } from '../Common/form.js';
import { makeCustomer } from './customer.js';
import { makeFinder } from './finder.js';
import { makeOnce, onceFailures } from './operations.js';
import { showSecret } from './secret.js';

/** Makes the view. `show(id)` shows a customer, or only the field if there is no id. */
export function makeCustomers() {
  const finder = makeFinder({
    label: 'findCustomer', hint: 'findCustomerHint', choose: (customer) => open(customer.id),
  });
  const alert = element('p', { class: 'alert', role: 'alert' });
  const place = element('div', { class: 'view' });
  const add = element('button', { type: 'button', text: 'newCustomer', onclick: addCustomer });
  const root = element('section', { class: 'view', label: 'customers' },
    element('div', { class: 'card' },
      element('div', { class: 'heading' }, element('h2', { text: 'customers' }), add), finder.root, alert), place);
  let shown = null;
  let turn = 0;

  function open(id) {
    if (location.hash === `#customers/${id}`) show(String(id));
    else location.hash = `customers/${id}`;
  }

  async function show(id) {
    const mine = ++turn;
    setText(alert, null);
    if (!/^\d+$/.test(id)) {
      shown = null;
      place.replaceChildren();
      return finder.field.input.focus();
    }
    if (shown?.id === id) {
      shown.refresh();
      return focusShown();
    }
    try {
      const { content } = await ask('GET', `/api/staff/customers/${id}`);
      // The address names another customer by now, or another view is shown.
      if (mine !== turn) return;
      shown = makeCustomer(content, () => whenDeleted(id));
      shown.id = id;
      place.replaceChildren(shown.root);
      return focusShown();
    } catch (failure) {
      if (mine !== turn) return;
      shown = null;
      place.replaceChildren();
      setText(alert, failureText(failure, { 404: 'customerGone' }));
    }
  }

  function whenDeleted(id) {
    if (shown?.id === id) {
      shown = null;
      place.replaceChildren();
    }
    if (location.hash === `#customers/${id}`) location.hash = 'customers';
  }

  function focusShown() {
    shown.root.querySelector('h3').focus();
    return true;
  }

  async function addCustomer() {
    const added = await openDialog('newCustomer', (close) => {
      const once = makeOnce('customer.add');
      const login = loginField({ autocomplete: 'off', autofocus: true, hint: 'newCustomerHint', draft: 'new-customer' });
      return [makeForm({
        label: 'newCustomer', submit: 'addCustomer', fields: [login],
        failures: { ...onceFailures, 409: 'loginTakenStaff', 400: 'credentialsRefused' },
        fieldFailures: { loginTakenStaff: login, credentialsRefused: login },
        send: async () => {
          const { content } = await once('POST', '/api/staff/customers', { login: login.value });
          login.value = '';
          close(content);
          return null;
        },
      }).root];
    });
    if (!added) return;
    await showSecret('passwordOfCustomer', added.login, added.password);
    // The dialog is closed too if the person signs out elsewhere, and the next one begins with a view of their own.
    if (root.isConnected) open(added.id);
  }

  return { root, show, refresh: () => shown?.refresh(), leave: () => { turn += 1; } };
}
