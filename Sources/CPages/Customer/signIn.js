// The view of a visitor: sign in, or register.

import { element, focusHeading, showOnly } from '../Common/dom.js';
import { makeForm } from '../Common/form.js';
import { findAccount, show, signIn } from './account.js';
import { currentPasswordField, loginField, newPasswordField, signInFailures } from '../Common/credentials.js';
import { isRegistrationOpen, whenShopChanges } from '../Common/shop.js';

/** Makes the view. */
export function makeSignIn() {
  const entry = part('signIn', 'signInNow', '/api/user/login', currentPasswordField());
  const registration = part('register', 'registerNow', '/api/user/register', newPasswordField(),
    { 403: 'registrationClosed' });
  const parts = [entry, registration];
  const root = element('div', { class: 'narrow' }, entry.root, registration.root);

  const toRegistration = element('p', {}, element('span', { text: 'noAccount' }), ' ',
    element('button', { type: 'button', class: 'link', text: 'register', onclick: () => choose(registration, entry) }));
  const closed = element('p', { class: 'hint', text: 'registrationAtCounter' });
  entry.root.append(toRegistration, closed);
  registration.root.append(element('p', {}, element('span', { text: 'haveAccount' }), ' ',
    element('button', { type: 'button', class: 'link', text: 'signIn', onclick: () => choose(entry, registration) })));

  // A login that was typed in one form is there in the other.
  function choose(chosen, other) {
    if (chosen.login.value === '') chosen.login.value = other.login.value;
    showOnly(chosen.root, parts.map((each) => each.root));
    focusHeading(chosen.root);
  }

  showOnly(entry.root, parts.map((each) => each.root));
  const follow = () => {
    toRegistration.hidden = !isRegistrationOpen();
    closed.hidden = isRegistrationOpen();
  };
  whenShopChanges(follow);
  follow();
  return root;
}

function part(heading, submit, path, password, failures = {}) {
  const login = loginField();
  // The login of a request whose response was lost: the server may have done what was asked.
  let unanswered = null;

  async function send() {
    try {
      await signIn(path, login.value, password.value);
    } catch (failure) {
      // A registration that was lost on its way back has taken the login: its password proves whose it is.
      if (failure.status === 409 && unanswered === login.value) return signInInstead(failure);
      unanswered = failure.kind === 'response' ? null : login.value;
      throw failure;
    }
    return null;
  }

  async function signInInstead(failure) {
    if ((await findAccount()) === login.value) {
      show(login.value, false);
      return null;
    }
    try {
      await signIn('/api/user/login', login.value, password.value);
    } catch (second) {
      throw second.status === 401 ? failure : second;
    }
    return null;
  }

  const form = makeForm({
    label: heading, submit, fields: [login, password], send, failures: { ...signInFailures, ...failures },
    fieldFailures: { loginTaken: login, wrongCredentials: password },
  });
  const root = element('section', { class: 'card', label: heading }, element('h2', { text: heading }), form.root);
  return { login, root };
}
