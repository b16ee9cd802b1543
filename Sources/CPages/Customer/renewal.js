// Signing in again after a session has ended, in a dialog over the page, so that nothing that was typed is lost.

import { openDialog } from '../Common/dialog.js';
import { element } from '../Common/dom.js';
import { makeForm } from '../Common/form.js';
import { currentLogin, show, signIn } from './account.js';
import { currentPasswordField, loginField, signInFailures } from '../Common/credentials.js';
import { hideNotice, showNotice } from '../Common/notices.js';

let asking = null;
let finish = () => {};

/**
 * Asks the customer to sign in again. Resolves to true if that succeeded.
 *
 * @param inBackground true for the page's own requests: a dialog that opens by itself would take the focus from the
 *   field in which the customer types, so they only show a notice.
 */
export async function renewSession(inBackground) {
  if (currentLogin() === null) return false;
  if (inBackground && !asking) {
    showNotice('session', 'sessionEnded', { text: 'signInAgain', do: () => renewSession(false) });
    return false;
  }
  asking ??= askForPassword().finally(() => {
    asking = null;
  });
  return asking;
}

/** The session is valid again, perhaps through another tab: a dialog that asks for the password is no longer needed. */
export function sessionIsValid() {
  hideNotice('session');
  finish(true);
}

/** The account's page ends: a request that waits for its password must not go on in the session of another one. */
export function stopAsking() {
  hideNotice('session');
  finish(false);
  // The page of the next account says at once that its own session is valid.
  finish = () => {};
}

async function askForPassword() {
  const isRenewed = await openDialog('signInAgain', (close) => {
    finish = close;
    const login = loginField({ readonly: true });
    login.value = currentLogin();
    const password = currentPasswordField();
    password.input.setAttribute('autofocus', '');
    const form = makeForm({
      label: 'signInAgain', submit: 'signInNow', fields: [login, password], failures: signInFailures,
      fieldFailures: { wrongCredentials: password },
      send: async () => {
        await signIn('/api/user/login', login.value, password.value);
        return null;
      },
    });
    return [
      element('p', { text: 'signInAgainWhy' }), form.root,
      element('button', { type: 'button', class: 'link', text: 'otherAccount', onclick: () => {
        close(false);
        show(null, false);
      } }),
    ];
  });
  finish = () => {};
  return isRenewed === true;
}
