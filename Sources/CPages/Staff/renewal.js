// Signing in again after a session has ended, in a dialog over the page, so that nothing that was typed is lost.

import { loginField } from '../Common/credentials.js';
import { openDialog } from '../Common/dialog.js';
import { element } from '../Common/dom.js';
import { hideNotice, showNotice } from '../Common/notices.js';
import { makeSignInForm } from './signIn.js';
import { currentStaff, show } from './staff.js';

let asking = null;
let finish = () => {};

/**
 * Asks the person to sign in again. Resolves to true if that succeeded.
 *
 * @param inBackground true for the page's own requests: a dialog that opens by itself would take the focus from the
 *   field in which the person types, so they only show a notice.
 */
export async function renewSession(inBackground) {
  if (currentStaff() === null) return false;
  if (inBackground && !asking) {
    showNotice('session', 'sessionEnded', { text: 'signInAgain', do: () => renewSession(false) });
    return false;
  }
  asking ??= askForPassword().finally(() => {
    asking = null;
  });
  return asking;
}

/** The session is valid again, perhaps through another tab. */
export function sessionIsValid() {
  hideNotice('session');
  finish(true);
}

/** The person's page ends: a request that waits for their password must not go on in the session of another one. */
export function stopAsking() {
  hideNotice('session');
  finish(false);
  // The page of the next person says at once that their own session is valid.
  finish = () => {};
}

async function askForPassword() {
  const isRenewed = await openDialog('signInAgain', (close) => {
    finish = close;
    const login = loginField({ readonly: true });
    login.value = currentStaff().name;
    const form = makeSignInForm('signInAgain', login, () => close(true));
    form.root.querySelector('input[type=password]').setAttribute('autofocus', '');
    return [
      element('p', { text: 'signInAgainWhy' }), form.root,
      element('button', { type: 'button', class: 'link', text: 'otherPerson', onclick: () => {
        close(false);
        show(null, false);
      } }),
    ];
  });
  finish = () => {};
  return isRenewed === true;
}
