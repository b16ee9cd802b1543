// The view of the account: its login, changing the password, and signing out.

import { element, isolated, setText } from '../Common/dom.js';
import { failureText } from '../Common/failures.js';
import { makeForm } from '../Common/form.js';
import { change, signOut } from './account.js';
import { currentPasswordField, newPasswordField } from '../Common/credentials.js';

/** Makes the view of the account with this login. */
export function makeSettings(login) {
  const current = currentPasswordField('currentPassword');
  const wanted = newPasswordField();
  const form = makeForm({
    label: 'changePassword', submit: 'changePassword', fields: [current, wanted],
    failures: { 'wrong-current-password': 'wrongCurrentPassword', 400: 'credentialsRefused' },
    fieldFailures: { wrongCurrentPassword: current },
    send: async () => {
      await change('POST', '/api/user/password', { json: { current: current.value, new: wanted.value } });
      for (const field of [current, wanted]) field.value = '';
      return ['passwordChanged'];
    },
  });
  // Password managers need the login beside the passwords.
  form.root.prepend(element('input', {
    type: 'text', name: 'login', autocomplete: 'username', value: login, hidden: true, readonly: true,
  }));

  const alert = element('p', { class: 'alert', role: 'alert' });
  const out = element('button', { type: 'button', text: 'signOut', onclick: async () => {
    setText(alert, null);
    try {
      await signOut();
    } catch (failure) {
      setText(alert, failureText(failure));
    }
  } });

  const root = element('section', { class: 'view', label: 'settings' },
    element('div', { class: 'card' },
      element('h2', { text: 'settings' }),
      element('p', { class: 'login', text: ['signedInAs', { login: isolated(login) }] }),
      element('div', { class: 'actions' }, out), alert),
    element('div', { class: 'card' }, element('h3', { text: 'changePassword' }), form.root));
  return { root };
}
