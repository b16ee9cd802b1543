// The view of the staff: people and API keys.

import { newPasswordField } from '../Common/credentials.js';
import { confirmed } from '../Common/dialog.js';
import { element, isolated } from '../Common/dom.js';
import { checkBytes, makeField } from '../Common/field.js';
import { makeForm } from '../Common/form.js';
import { timeElement } from '../Common/formats.js';
import { makePagedList } from '../Common/pagedList.js';
import { makeChoice } from './choice.js';
import { makeDeed } from './deed.js';
import { onceFailures } from './operations.js';
import { showSecret } from './secret.js';
import { change } from './staff.js';

const nameBytesMax = 64;
const failures = { 'last-owner': 'lastOwner', 404: 'staffGone' };

/** Makes the view. */
export function makeTeam() {
  const list = makePagedList({
    path: '/api/staff/staff', label: 'team', empty: 'noStaff', row, keyOf: (member) => member.name });

  function row(member) {
    const isKey = member.kind === 'key';
    const used = member.last_used_at
      ? element('span', { class: 'hint', text: ['lastUsed', { time: timeElement(member.last_used_at) }] })
      : element('span', { class: 'hint', text: 'neverUsed' });
    return [
      element('div', { class: 'line' },
        element('strong', {}, isolated(member.name)),
        element('span', {},
          element('span', { class: 'badge', text: `role-${member.role}` }), ' ',
          isKey ? element('span', { class: 'badge', text: 'apiKey' }) : null,
          member.state === 'active' ? null : element('span', { class: 'badge', text: `state-${member.state}` }))),
      element('div', { class: 'line' }, used, null),
      member.state === 'deleted' ? null
        : element('div', { class: 'deeds' }, ...(isKey ? keyDeeds(member) : personDeeds(member))),
    ];
  }

  /** Makes a button that asks, acts and reads the list anew. `done` is the name of the text of the success. */
  function deed(member, text, ask, act, done) {
    return makeDeed({ text, class: 'quiet', label: [`${text}Of`, { name: member.name }], failures, do: async () => {
      if (ask && !(await confirmed(text, [ask, { name: isolated(member.name) }], text))) return null;
      await act();
      await list.reload({ inBackground: true });
      return done ? [done] : null;
    } }).root;
  }

  function personDeeds(member) {
    const path = `/api/staff/staff/${encodeURIComponent(member.name)}`;
    const roleDeed = (text, role) => deed(member, text, `${text}Ask`,
      () => change('PUT', `${path}/role`, { json: { role } }), 'action-staff.role');
    const isDisabled = member.state === 'disabled';
    return [
      deed(member, 'newPassword', 'newPasswordStaffAsk', async () => {
        const { content } = await change('POST', `${path}/password`);
        await showSecret('passwordOfStaff', member.name, content.password);
      }),
      member.role === 'owner' ? roleDeed('makeCashier', 'cashier') : roleDeed('makeOwner', 'owner'),
      isDisabled ? deed(member, 'enable', null, () => change('POST', `${path}/enable`), 'action-staff.enable')
        : deed(member, 'disable', 'disableStaffAsk', () => change('POST', `${path}/disable`), 'action-staff.disable'),
      deed(member, 'remove', 'removeStaffAsk', () => change('DELETE', path), 'action-staff.delete'),
    ];
  }

  function keyDeeds(member) {
    return [deed(member, 'remove', 'removeKeyAsk',
      () => change('DELETE', `/api/staff/keys/${encodeURIComponent(member.name)}`), 'action-key.remove')];
  }

  const root = element('section', { class: 'view', label: 'team' },
    element('div', { class: 'card' }, element('h2', { text: 'team' }), list.root),
    element('div', { class: 'card' }, element('h3', { text: 'addStaff' }), makeStaffAddition(list)),
    element('div', { class: 'card' }, element('h3', { text: 'addKey' }), element('p', { class: 'hint', text: 'keyHint' }),
      makeKeyAddition(list)));
  return { root, show: () => list.reload(), refresh: () => list.reload({ inBackground: true }) };
}

/** Makes the form that adds a person. A password that the server has made is shown once. */
function makeStaffAddition(list) {
  const password = newPasswordField({ label: 'password', hint: 'staffPasswordHint', isOptional: true });
  return makeAddition('addStaff', [password], list, async (account) => {
    const { content } = await change('POST', '/api/staff/staff', {
      json: password.value === '' ? account : { ...account, password: password.value } });
    password.value = '';
    if (content.password) showSecret('passwordOfStaff', content.name, content.password);
  });
}

/** Makes the form that adds a key. Its token is shown once. */
function makeKeyAddition(list) {
  return makeAddition('addKey', [], list, async (account) => {
    const { content } = await change('POST', '/api/staff/keys', { json: account });
    showSecret('tokenOfKey', content.name, content.token);
  });
}

/** Makes a form that adds an account by `add({ name, role })`. */
function makeAddition(label, fields, list, add) {
  const name = makeField({
    label: 'staffName', autocomplete: 'off', dir: 'auto', draft: `${label}.name`,
    check: (typed) => checkBytes(typed, { max: nameBytesMax, missing: 'staffNameMissing', tooLong: 'staffNameTooLong' }),
  });
  const role = makeChoice({ label: 'role', options: { cashier: 'role-cashier', owner: 'role-owner' } });
  return makeForm({
    label, submit: label, fields: [name, role, ...fields],
    failures: {
      ...onceFailures, 409: 'staffNameTaken', 'too-many-staff': 'tooManyStaff', 400: 'staffNameRefused',
    },
    fieldFailures: { staffNameTaken: name, staffNameRefused: name },
    send: async () => {
      // The list shows also an account of which the answer was lost.
      await add({ name: name.value, role: role.value }).finally(() => list.reload({ inBackground: true }));
      name.value = '';
      return ['isAdded'];
    },
  }).root;
}
