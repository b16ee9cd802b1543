// Words for failures, which help the reader to go on.

/**
 * Returns the text for a failure as `[name, values]`.
 *
 * @param own the texts of this request: by a problem's type, by its status, or by `offline` and `slow`.
 */
export function failureText(failure, own = {}) {
  if (failure.kind === 'offline') return [own.offline ?? 'offline'];
  if (failure.kind === 'slow') return [own.slow ?? 'slow'];
  if (failure.kind !== 'response') return ['broken'];
  const { status, type, retryAfterSeconds } = failure;
  // The texts for the status are about a conflict of the change itself, which was not sent.
  if (type === 'other-account') return ['otherSignedIn'];
  const name = own[type] ?? (status === 429 || status === 503 ? null : own[status]);
  if (name) return [name];
  if (status === 429) return waiting('tooMany', retryAfterSeconds);
  if (status === 503) return waiting('busy', retryAfterSeconds);
  if (status === 401) return ['sessionEnded'];
  if (type === 'cross-site') return ['otherSite'];
  if (type === 'forbidden') return ['roleForbids'];
  if (status === 413) return ['tooLong'];
  return failure.requestID ? ['failedWithID', { id: failure.requestID }] : ['failed', { status: String(status) }];
}

/** A longer wait is named in minutes. */
const secondsMax = 100;

/** Minutes are easier to understand than 900 seconds, and rounding up never sends the reader back too early. */
function waiting(name, seconds) {
  if (seconds === null || seconds === undefined) return [`${name}Later`];
  if (seconds < secondsMax) return [`${name}Seconds`, { count: seconds }];
  return [`${name}Minutes`, { count: Math.ceil(seconds / 60) }];
}
