// The state of the shop in sentences: what is wrong comes first.

import { locale } from '../Common/language.js';

/** Backups are made each day. After two days one is missing. */
const backupAgeMaxSeconds = 2 * 24 * 3600;
/** A healthy accrual system has answered for all orders but the newest within moments. */
const waitingMax = 100;

/** Returns `[{ isBad, words }]` for the figures of the server. */
export function troubles({ accrual, queue, backup }) {
  const found = [accrualState(accrual?.state), waiting(queue?.waiting ?? 0)];
  // `null` if the database's own tools make its backups.
  if (backup) found.push(backupState(backup));
  return found.sort((one, other) => Number(other.isBad) - Number(one.isBad));
}

function accrualState(state) {
  const isBad = ['troubled', 'throttled'].includes(state);
  const known = ['healthy', 'troubled', 'throttled', 'unknown'];
  return { isBad, words: known.includes(state) ? [`accrual-${state}`] : ['accrual-other', { state: String(state) }] };
}

function waiting(count) {
  return { isBad: count > waitingMax, words: count === 0 ? ['noneWaiting'] : ['someWaiting', { count }] };
}

function backupState(backup) {
  if (!backup.newest_at) return { isBad: true, words: ['noBackup'] };
  const age = backup.age_seconds;
  const isBad = age > backupAgeMaxSeconds;
  return { isBad, words: [isBad ? 'backupOld' : 'backupFresh', { age: () => ago(age) }] };
}

/** Returns a length of time before now in words, such as "3 hours ago". */
function ago(seconds) {
  const format = new Intl.RelativeTimeFormat(locale(), { numeric: 'auto' });
  for (const [unit, length] of [['day', 86400], ['hour', 3600], ['minute', 60]]) {
    if (seconds >= length) return format.format(-Math.floor(seconds / length), unit);
  }
  return format.format(0, 'minute');
}
