// The signed-in person. All tabs of the browser share the session's cookie, so a change in one is a change in all.

import { ask, Failure } from '../Common/api.js';
import { forgetDrafts, keepDraftsOf } from '../Common/memory.js';

const tabs = 'BroadcastChannel' in globalThis ? new BroadcastChannel('martlet.staff') : null;
let staff = null;
let changed = () => {};

/** The person as the server describes them: `name`, `role` and `adjustment_points_max`. `null` without a session. */
export function currentStaff() {
  return staff;
}

/** Returns true if the person may do everything. */
export function isOwner() {
  return staff?.role === 'owner';
}

/** Returns true for the same person with the same role, on which it depends what the page offers. */
export function isSamePerson(one, other) {
  return one?.name === other?.name && one?.role === other?.role;
}

/**
 * Takes the function that shows another person: `(isFromElsewhere, isOther, isOtherRole)`. The last one is true if the
 * person is the same and only has another role.
 */
export function whenStaffChanges(handler) {
  changed = handler;
}

/** Asks the server for the person of the session. Returns `null` without a session. */
export async function findStaff() {
  try {
    return (await ask('GET', '/api/staff/me', { withoutSession: true })).content;
  } catch (failure) {
    if (failure.status === 401) return null;
    throw failure;
  }
}

/** Signs in, and informs the other tabs. Throws a failure of the type `no-cookie` if the browser keeps no session. */
export async function signIn(name, password) {
  await ask('POST', '/api/staff/session', { json: { name, password }, withoutSession: true });
  const found = await findStaff();
  // Without a person the page would show the form again, and forget what was typed before the session ended.
  if (found === null) throw new Failure('response', { type: 'no-cookie' });
  show(found, false);
  tabs?.postMessage(staff);
}

/** Ends the session, here and in the other tabs. */
export async function signOut() {
  try {
    await ask('DELETE', '/api/staff/session', { withoutSession: true });
  } catch (failure) {
    // The session had ended already.
    if (failure.status !== 401) throw failure;
  }
  show(null, false);
  tabs?.postMessage(null);
}

/**
 * Sends a request that changes something. Another tab may have signed in as another person, and a change must carry
 * the name of the one who made it. So the person of the session, and the one whom this tab shows when the answer comes,
 * must be the one who pressed the button. The question may have waited for a password. A person with another role gets
 * another page first.
 */
export async function change(method, path, options) {
  const mine = staff;
  const { content } = await ask('GET', '/api/staff/me');
  if (isSamePerson(staff, mine) && !isSamePerson(content, mine)) show(content, true);
  const checkPerson = () => {
    if (!isSamePerson(staff, mine)) throw new Failure('response', { status: 409, type: 'other-account' });
  };
  checkPerson();
  const response = await ask(method, path, options);
  // If another person has signed in since, they must not see a password that the response has.
  checkPerson();
  return response;
}

/** Shows a person, or the form to sign in. */
export function show(found, isFromElsewhere) {
  // The next person must not see the drafts of this one.
  if (found !== null) keepDraftsOf(found.name);
  else if (staff !== null) forgetDrafts();
  const isOther = !isSamePerson(found, staff);
  const isOtherRole = isOther && found?.name === staff?.name;
  staff = found;
  changed(isFromElsewhere, isOther, isOtherRole);
}

tabs?.addEventListener('message', (event) => show(event.data, true));
