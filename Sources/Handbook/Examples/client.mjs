// A customer registers, uploads an order, waits for its points, and pays for another order with points.
//
//     PASSWORD=secret node client.mjs ADDRESS LOGIN ORDER PURCHASE POINTS
//
// ORDER earns points, and POINTS are spent on PURCHASE. Run it again after any failure: nothing is done twice.

import { setTimeout as sleep } from 'node:timers/promises';

const attemptsMax = 8;
// Longer than the pause between two heartbeats of the stream of events, 15 s.
const silenceMillisecondsMax = 40_000;

/** The server has decided against a request. It would refuse the same request again. */
class Refused extends Error {
  constructor(status, text) {
    super(`${status} ${text}`);
    this.status = status;
  }
}

class Shop {
  constructor(address, login, password) {
    this.address = address;
    this.credentials = { login, password };
  }

  async register() {
    try {
      this.token = (await this.ask('/api/user/register', this.credentials)).token;
    } catch (error) {
      if (error.status !== 409) throw error; // The login is taken, perhaps by an earlier run.
      await this.signIn();
    }
  }

  async signIn() {
    this.token = undefined;
    this.token = (await this.ask('/api/user/login', this.credentials)).token;
  }

  /** Returns the object of a response. */
  async ask(path, body) {
    return (await this.send(path, body)).json();
  }

  /** Sends a request until it is answered. That does no harm: the server does nothing of this API twice. */
  async send(path, body, signal) {
    for (let attempt = 1; ; attempt++) {
      let seconds = 1;
      try {
        const response = await this.fetch(path, body, signal ?? AbortSignal.timeout(silenceMillisecondsMax));
        if (response.ok) return response;
        const hasEnded = response.status === 401 && this.token;
        // 429 and 503 say when to ask again. After other errors of the server, the outcome is unknown.
        const mayAsk = hasEnded || response.status === 429 || response.status >= 500;
        if (!mayAsk || attempt === attemptsMax) throw new Refused(response.status, await response.text());
        seconds = Number(response.headers.get('Retry-After') ?? 1);
        if (hasEnded) await this.signIn();
      } catch (error) { // There is no connection, or it was lost.
        if (error instanceof Refused || attempt === attemptsMax) throw error;
      }
      await sleep(1000 * seconds);
    }
  }

  fetch(path, body, signal) {
    const headers = this.token ? { Authorization: `Bearer ${this.token}` } : {};
    if (body === undefined) return fetch(this.address + path, { headers, signal });
    const isText = typeof body === 'string';
    headers['Content-Type'] = isText ? 'text/plain' : 'application/json';
    return fetch(this.address + path, { method: 'POST', headers, body: isText ? body : JSON.stringify(body), signal });
  }

  /** Follows the customer's events until the order's status is final. */
  async finalStatus(number) {
    for (;; await sleep(1000)) {
      const stream = new AbortController();
      const response = await this.send('/api/user/events', undefined, stream.signal);
      for await (const line of lines(response.body, stream)) {
        // The stream begins with a comment. After it and after each event, the order is read: no change is missed.
        if (!line.startsWith(':') && !line.startsWith('event:')) continue;
        const { status } = await this.ask(`/api/user/orders/${number}`);
        if (status === 'PROCESSED' || status === 'INVALID') return status;
      }
    }
  }
}

/** Reads lines until the connection is lost, or silent for too long. */
async function* lines(body, controller) {
  const silence = setTimeout(() => controller.abort(), silenceMillisecondsMax);
  let rest = '';
  try {
    for await (const text of body.pipeThrough(new TextDecoderStream())) {
      silence.refresh();
      const parts = (rest + text).split('\n');
      rest = parts.pop();
      yield* parts;
    }
  } catch { // The caller goes on with another stream.
  } finally {
    clearTimeout(silence);
    controller.abort();
  }
}

if (process.argv.length !== 7 || !process.env.PASSWORD) {
  console.error('usage: PASSWORD=secret node client.mjs ADDRESS LOGIN ORDER PURCHASE POINTS');
  process.exit(64);
}
const [address, login, order, purchase, points] = process.argv.slice(2);
const shop = new Shop(address, login, process.env.PASSWORD);
await shop.register();
// 202: accepted; 200: this customer uploaded it before; 409: another customer did; 422: a digit is wrong.
await shop.send('/api/user/orders', order);
console.log(await shop.finalStatus(order));
// 200: paid, now or before; 402: the balance is too low; 409: paid by another customer, or with another sum.
await shop.send('/api/user/balance/withdraw', { order: purchase, sum: Number(points) });
const { current, withdrawn } = await shop.ask('/api/user/balance');
console.log(`${current} points are left, ${withdrawn} are spent`);
