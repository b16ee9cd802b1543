// The account that is signed in, in this tab and in the others of the browser, which share the session's cookie.

import { ask, Failure } from '../Common/api.js';
import { forgetDrafts, keepDraftsOf } from '../Common/memory.js';

const tabs = 'BroadcastChannel' in globalThis ? new BroadcastChannel('martlet.account') : null;
let login = null;
let changed = () => {};

/** The login of the account that this tab shows, or `null`. */
export function currentLogin() {
  return login;
}

/**
 * Takes the function that shows another account: `(login, isFromElsewhere, isOther)`. The login is `null` after signing
 * out, and `isOther` is false if the account has only signed in again.
 */
export function whenAccountChanges(handler) {
  changed = handler;
}

/** Asks the server for the account of the session. Returns its login, or `null` without a session. */
export async function findAccount() {
  try {
    return (await ask('GET', '/api/user', { withoutSession: true })).content.login;
  } catch (failure) {
    if (failure.status === 401) return null;
    throw failure;
  }
}

/**
 * Signs in or registers, and tells the other tabs. Throws a failure of the type `no-cookie` if the browser keeps no
 * session.
 */
export async function signIn(path, name, password) {
  await ask('POST', path, { json: { login: name, password }, withoutSession: true });
  const found = await findAccount();
  // The page of an account would only say that its session has ended, after each attempt anew.
  if (found === null) throw new Failure('response', { type: 'no-cookie' });
  show(found, false);
  tabs?.postMessage(found);
}

/** Ends the session, here and in the other tabs. */
export async function signOut() {
  try {
    await ask('POST', '/api/user/logout', { withoutSession: true });
  } catch (failure) {
    // The session had ended already.
    if (failure.status !== 401) throw failure;
  }
  show(null, false);
  tabs?.postMessage(null);
}

/**
 * Sends a request that changes something. Another tab may have signed in as another customer: this tab's input must not
 * reach that account. So the account of the session, and the one that this tab shows when the answer comes, must be the
 * one whose input it is. The question may have waited for a password.
 */
export async function change(method, path, options) {
  const mine = login;
  const { content } = await ask('GET', '/api/user');
  if (login === mine && content.login !== mine) show(content.login, true);
  if (login !== mine) throw new Failure('response', { status: 409, type: 'other-account' });
  return ask(method, path, options);
}

/** Compares this tab with the server after a pause, during which other tabs may have done anything. */
export async function checkAccount() {
  const before = login;
  const found = await findAccount();
  // If another tab has signed in since, its message has told this tab already who is there.
  if (login === before && found !== null && found !== login) show(found, true);
  return found;
}

/** Shows an account, or none. */
export function show(name, isFromElsewhere) {
  // The next customer must not see this one's drafts.
  if (name !== null) keepDraftsOf(name);
  else if (login !== null) forgetDrafts();
  const isOther = name !== login;
  login = name;
  changed(name, isFromElsewhere, isOther);
}

tabs?.addEventListener('message', (event) => show(event.data, true));
