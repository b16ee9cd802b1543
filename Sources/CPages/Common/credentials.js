// The fields of signing in, and the words about what the server refuses.

import { checkBytes, makeField, makePasswordField } from './field.js';
import { passwordBytesMin } from './shop.js';

const loginBytesMax = 256;
const passwordBytesMax = 1024;

/** Makes the field for a login. */
export function loginField(attributes = {}) {
  return makeField({
    label: 'login', name: 'login', autocomplete: 'username', dir: 'auto', ...attributes,
    check: (text) => checkBytes(text, { max: loginBytesMax, missing: 'loginMissing', tooLong: 'loginTooLong' }),
  });
}

/** Makes the field for a password that exists. */
export function currentPasswordField(label = 'password') {
  return makePasswordField({
    label, name: 'password', autocomplete: 'current-password',
    check: (text) => checkBytes(text, {
      max: passwordBytesMax, missing: 'passwordMissing', tooLong: 'passwordTooLong',
    }),
  });
}

/** Makes the field for a password that is chosen now. */
export function newPasswordField({ isOptional = false, ...options } = {}) {
  return makePasswordField({
    label: 'newPassword', name: 'new-password', autocomplete: 'new-password', hint: 'passwordHint',
    required: !isOptional, ...options,
    check: (text) => (isOptional && text === '' ? null : checkBytes(text, {
      min: passwordBytesMin(), max: passwordBytesMax,
      missing: 'passwordMissing', tooShort: 'passwordTooShort', tooLong: 'passwordTooLong',
    })),
  });
}

/** The words for refusals of signing in and registering, by the problem's type or status. */
export const signInFailures = {
  'login-taken': 'loginTaken', 'registration-closed': 'registrationClosed', 'cross-site': 'otherSite',
  'no-cookie': 'noCookie', 400: 'credentialsRefused', 401: 'wrongCredentials',
};
