// Changes that must happen once, however often they are sent. A request whose response is lost may have been carried
// out. It is sent again with the same `Idempotency-Key`, and the server gives the first response again.

import { draft, keepDraft } from '../Common/memory.js';
import { change } from './staff.js';

/** The words for a change whose response was lost. */
export const onceFailures = { offline: 'unsure', slow: 'unsure' };

/**
 * Makes a function `(method, path, json)` that sends a change.
 *
 * @param name names the change. The tab keeps the key under it, so that a reload does not make a second change.
 */
export function makeOnce(name) {
  const kept = `once.${name}`;
  return async (method, path, json) => {
    const request = JSON.stringify([path, json]);
    let [known, key] = parse(draft(kept));
    if (known !== request) {
      key = newKey();
      keepDraft(kept, JSON.stringify([request, key]));
    }
    try {
      const response = await change(method, path, { json, headers: { 'Idempotency-Key': key } });
      keepDraft(kept, '');
      return response;
    } catch (failure) {
      // Only a response says that the server has refused. Overload and an ended session leave the change open.
      const isOpen = failure.kind !== 'response' || [401, 429].includes(failure.status) || failure.status >= 500;
      if (!isOpen) keepDraft(kept, '');
      throw failure;
    }
  };
}

/** Returns 128 random bits as text. `crypto.randomUUID` is missing on pages that came without TLS. */
export function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function parse(text) {
  try {
    return JSON.parse(text || '[]');
  } catch {
    return [];
  }
}
