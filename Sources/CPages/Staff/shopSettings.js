// The view of the shop: registration and backups.

import { ask } from '../Common/api.js';
import { element, isolated, setText } from '../Common/dom.js';
import { failureText } from '../Common/failures.js';
import { timeElement } from '../Common/formats.js';
import { locale, localized } from '../Common/language.js';
import { entryLines, makePagedList } from '../Common/pagedList.js';
import { makeDeed } from './deed.js';
import { change } from './staff.js';

/** Makes the view. */
export function makeShopSettings() {
  const registration = makeRegistration();
  const failures = { 'backups-off': 'backupsOff', 'backups-elsewhere': 'backupsElsewhere' };
  const list = makePagedList({ path: '/api/staff/backups', label: 'backups', empty: 'noBackups', row, failures });
  const make = makeDeed({ text: 'backUpNow', failures, do: async () => {
    const { content } = await change('POST', '/api/staff/backups', { isLong: true });
    list.reload({ inBackground: true });
    return ['backupMade', { name: isolated(content.name) }];
  } });
  const root = element('section', { class: 'view', label: 'shopSettings' },
    element('div', { class: 'card' }, element('h2', { text: 'shopSettings' }), element('h3', { text: 'registration' }),
      registration.root),
    element('div', { class: 'card' }, element('h3', { text: 'backups' }), make.root, list.root));
  const show = () => Promise.all([registration.read(), list.reload()]);
  return { root, show, refresh: show };
}

function makeRegistration() {
  let isOpen = null;
  const state = element('p', { role: 'status' });
  const alert = element('p', { class: 'alert', role: 'alert' });
  const toggle = makeDeed({ text: 'closeRegistration', do: async () => {
    take((await change('PUT', '/api/staff/registration', { json: { open: !isOpen } })).content);
    return null;
  } });
  toggle.root.hidden = true;

  function take({ open }) {
    isOpen = open;
    toggle.root.hidden = false;
    setText(state, [open ? 'registrationIsOpen' : 'registrationIsClosed']);
    setText(toggle.button, [open ? 'closeRegistration' : 'openRegistration']);
  }

  async function read() {
    try {
      take((await ask('GET', '/api/staff/registration', { inBackground: true })).content);
      setText(alert, null);
    } catch (failure) {
      setText(alert, failureText(failure));
    }
  }
  return { root: element('div', { class: 'deed' }, state, toggle.root, alert), read };
}

function row(backup) {
  const size = localized(element('span', { class: 'hint' }), (made) => {
    made.textContent = new Intl.NumberFormat(locale(), {
      style: 'unit', unit: 'megabyte', maximumFractionDigits: 1 }).format(backup.bytes / 1e6);
  });
  return entryLines([element('strong', {}, isolated(backup.name)), size],
    [element('span', { class: 'hint' }, timeElement(backup.at)), null]);
}
