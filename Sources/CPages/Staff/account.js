// The view of the person's own account: changing the password, and signing out.

import { currentPasswordField, newPasswordField } from '../Common/credentials.js';
import { element, isolated } from '../Common/dom.js';
import { makeForm } from '../Common/form.js';
import { makeDeed } from './deed.js';
import { change, currentStaff, signOut } from './staff.js';

/** Makes the view. */
export function makeAccount() {
  const { name, role } = currentStaff();
  const current = currentPasswordField('currentPassword');
  const wanted = newPasswordField();
  const form = makeForm({
    label: 'changePassword', submit: 'changePassword', fields: [current, wanted],
    failures: { 'wrong-current-password': 'wrongCurrentPassword', 400: 'credentialsRefused' },
    fieldFailures: { wrongCurrentPassword: current },
    send: async () => {
      await change('POST', '/api/staff/me/password', { json: { current: current.value, new: wanted.value } });
      for (const field of [current, wanted]) field.value = '';
      return ['passwordChanged'];
    },
  });
  // Password managers need the login beside the passwords.
  form.root.prepend(element('input', {
    type: 'text', name: 'login', autocomplete: 'username', value: name, hidden: true, readonly: true,
  }));
  const out = makeDeed({ text: 'signOut', do: signOut });
  const root = element('section', { class: 'view', label: 'account' },
    element('div', { class: 'card' },
      element('h2', { text: 'account' }),
      element('p', {}, element('span', { text: ['signedInAs', { login: isolated(name) }] }), ' ',
        element('span', { class: 'badge', text: `role-${role}` })),
      out.root),
    element('div', { class: 'card' }, element('h3', { text: 'changePassword' }), form.root));
  return { root };
}
