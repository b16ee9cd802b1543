// Requests to the server of this page, and everything that can go wrong with them.

/** The longest wait for a response. A phone in a tunnel must not leave the page waiting for good. */
const waitMilliseconds = 20_000;
/** The copy of a large database, or a table of it on a slow line, takes minutes. */
const longWaitMilliseconds = 600_000;

/** A request that did not succeed. */
export class Failure extends Error {
  /**
   * @param kind `offline` if no response came, `slow` if it took too long, `response` if the server refused.
   * @param details the response's `status`, its problem's `type` (the last part), `requestID`, and `retryAfterSeconds`.
   */
  constructor(kind, details = {}) {
    super(kind);
    this.kind = kind;
    Object.assign(this, details);
  }
}

let renew = async () => false;

/**
 * Takes the function that a request without a valid session calls. It signs in again and resolves to true if the
 * request may be repeated. Its parameter is true if the request is the page's own, and not the reader's.
 */
export function whenSessionExpires(handler) {
  renew = handler;
}

/**
 * Sends a request and returns `{ status, content, next }`: the parsed JSON or the text, and the path of the next page.
 * Throws a `Failure`.
 *
 * @param options `json` or `plain` is the body, and `headers` are added. `inBackground` is true if the reader did not
 *   ask for this, and `isLong` if it may take minutes. With `withoutSession`, a 401 is a failure like others.
 */
export async function ask(method, path, options = {}) {
  const response = await send(method, path, options);
  if (response.ok) {
    const isJSON = /json/.test(response.headers.get('Content-Type') ?? '');
    const content = await read(isJSON && response.status !== 204 ? response.json() : response.text());
    return { status: response.status, content, next: nextPage(response.headers.get('Link')) };
  }
  const failure = await refusal(response);
  if (failure.status === 401 && !options.withoutSession && (await renew(options.inBackground === true))) {
    return ask(method, path, { ...options, withoutSession: true });
  }
  throw failure;
}

async function send(method, path, { json, plain, headers = {}, isLong = false }) {
  const body = json === undefined ? plain : JSON.stringify(json);
  try {
    return await fetch(path, {
      method,
      body,
      headers: json === undefined ? headers : { 'Content-Type': 'application/json', ...headers },
      credentials: 'same-origin',
      signal: AbortSignal.timeout(isLong ? longWaitMilliseconds : waitMilliseconds),
    });
  } catch (error) {
    throw new Failure(error?.name === 'TimeoutError' ? 'slow' : 'offline');
  }
}

/** The connection may be lost in the middle of a body too. */
async function read(reading) {
  try {
    return await reading;
  } catch (error) {
    throw new Failure(error?.name === 'TimeoutError' ? 'slow' : 'offline');
  }
}

async function refusal(response) {
  let problem = {};
  try {
    problem = await response.json();
  } catch {
    // A proxy answers with a page of its own: the status has to do.
  }
  return new Failure('response', {
    status: response.status,
    type: String(problem?.type ?? '').replace(/^.*#problem-/, ''),
    requestID: problem?.request_id ?? response.headers.get('X-Request-Id'),
    retryAfterSeconds: retryAfter(response.headers.get('Retry-After')),
  });
}

/** `Retry-After` has seconds or a date (RFC 9110, section 10.2.3). Returns whole seconds, or `null`. */
function retryAfter(field) {
  if (!field) return null;
  const seconds = /^\d+$/.test(field) ? Number(field) : Math.ceil((Date.parse(field) - Date.now()) / 1000);
  return Number.isFinite(seconds) ? Math.max(seconds, 1) : null;
}

function nextPage(link) {
  return /<([^>]+)>\s*;\s*rel="?next"?/.exec(link ?? '')?.[1] ?? null;
}
