// Changes as they happen: a stream of server-sent events, and questions at intervals while there is no stream.

import { hideNotice, showNotice } from '../Common/notices.js';
import { checkAccount } from './account.js';
import { renewSession } from './renewal.js';

const askEveryMilliseconds = 10_000;
/** A stream may end because the customer is just signing out, so its loss is looked into a moment later. */
const firstQuestionMilliseconds = 1_000;
const retryMillisecondsMin = 2_000;
const retryMillisecondsMax = 60_000;
/** A stream holds one of the browser's few connections to the shop, so a tab that is not looked at gives it back. */
const hiddenMillisecondsMax = 30_000;

/**
 * Watches the account until `stop()` is called.
 *
 * @param handlers `order(order)` and `balance(balance)` take what changed; `read()` reads everything that is shown, and
 *   throws a failure.
 * @returns `resume()`, which begins or begins anew at once, and `stop()`.
 */
export function watchAccount({ order, balance, read }) {
  let source = null;
  let isStopped = false;
  let isSignedOut = false;
  let retryMilliseconds = retryMillisecondsMin;
  let retry, questions, first, hiding;

  function open() {
    close();
    if (isStopped || isSignedOut || document.hidden) return;
    source = new EventSource('/api/user/events');
    // Between the lists and the stream nothing is missed if the lists are read after the stream has begun.
    source.addEventListener('open', () => {
      retryMilliseconds = retryMillisecondsMin;
      stopQuestions();
      readAll();
    });
    source.addEventListener('order', (event) => order(JSON.parse(event.data)));
    source.addEventListener('balance', (event) => balance(JSON.parse(event.data)));
    source.addEventListener('reset', readAll);
    source.addEventListener('error', lose);
  }

  // A lost connection is opened again by the browser, but not after a response other than 200.
  function lose() {
    if (isSignedOut) return close();
    questions ??= setInterval(readAll, askEveryMilliseconds);
    clearTimeout(first);
    first = setTimeout(readAll, firstQuestionMilliseconds);
    if (source?.readyState !== EventSource.CLOSED) return;
    close();
    retry = setTimeout(open, retryMilliseconds);
    retryMilliseconds = Math.min(retryMilliseconds * 2, retryMillisecondsMax);
  }

  async function readAll() {
    if (isStopped || document.hidden) return;
    try {
      await read();
      hideNotice('connection');
    } catch (failure) {
      if (isStopped) return;
      if (failure.kind === 'offline' || failure.kind === 'slow') showNotice('connection', 'connectionLost');
      else if (failure.status === 401) {
        isSignedOut = true;
        hideNotice('connection');
        close();
        stopQuestions();
      } else showNotice('connection', 'serverBusy');
    }
  }

  function close() {
    source?.close();
    source = null;
    clearTimeout(retry);
  }

  function stopQuestions() {
    clearInterval(questions);
    clearTimeout(first);
    questions = undefined;
  }

  async function resume() {
    clearTimeout(hiding);
    if (document.hidden) {
      hiding = setTimeout(close, hiddenMillisecondsMax);
      return;
    }
    try {
      isSignedOut = (await checkAccount()) === null;
    } catch {
      // Without a connection nothing is known, and reading will say so.
      isSignedOut = false;
    }
    if (isStopped) return;
    if (isSignedOut) return renewSession(true);
    readAll();
    if (source?.readyState !== EventSource.OPEN) {
      stopQuestions();
      open();
    }
  }

  function stop() {
    isStopped = true;
    close();
    stopQuestions();
    clearTimeout(hiding);
    listeners.abort();
  }

  const listeners = new AbortController();
  const { signal } = listeners;
  document.addEventListener('visibilitychange', resume, { signal });
  addEventListener('online', resume, { signal });
  addEventListener('pagehide', close, { signal });
  addEventListener('pageshow', (event) => event.persisted && resume(), { signal });

  return { resume, stop };
}
