// The view of a visitor: sign in.

import { currentPasswordField, loginField, signInFailures } from '../Common/credentials.js';
import { element } from '../Common/dom.js';
import { makeForm } from '../Common/form.js';
import { signIn } from './staff.js';

/** Makes the view. */
export function makeSignIn() {
  return element('div', { class: 'narrow' },
    element('section', { class: 'card', label: 'signIn' },
      element('h2', { text: 'signInStaff' }), makeSignInForm('signIn', loginField()).root,
      element('p', { class: 'hint', text: 'signInHelp' })));
}

/** Makes the form. After signing in, the page shows the person by itself. */
export function makeSignInForm(label, login, onSuccess = () => {}) {
  const password = currentPasswordField();
  return makeForm({
    label, submit: 'signInNow', fields: [login, password], failures: signInFailures,
    fieldFailures: { wrongCredentials: password },
    send: async () => {
      await signIn(login.value, password.value);
      onSuccess();
      return null;
    },
  });
}
