// The shop's name, colour and rules. The last known ones are shown at once, and those of the server when they arrive.

import { applyColor, applyIcon } from './color.js';
import { setPointsName } from './formats.js';
import { remember, remembered } from './memory.js';

const defaults = {
  shop_name: 'Martlet', shop_color: '#1f6f54', points_name: '', registration_open: true, password_bytes_min: 1,
};

let shop = defaults;
const listeners = [];

/** The shop's name. */
export function shopName() {
  return shop.shop_name;
}

/** True if customers may register themselves. */
export function isRegistrationOpen() {
  return shop.registration_open;
}

/** The least length of a new password, in bytes. */
export function passwordBytesMin() {
  return shop.password_bytes_min;
}

/** Calls `listener` whenever something about the shop has changed. */
export function whenShopChanges(listener) {
  listeners.push(listener);
}

/** Shows the shop as the browser remembers it, then asks the server. Without an answer, the page keeps what it shows. */
export async function startShop() {
  take(parse(remembered('shop')));
  try {
    const response = await fetch('/config.json', { credentials: 'same-origin' });
    if (!response.ok) return;
    const text = await response.text();
    take(parse(text));
    remember('shop', text);
  } catch {
    // The next visit asks again.
  }
}

function take(values) {
  shop = { ...defaults };
  for (const [name, value] of Object.entries(values)) {
    // An empty text stands for the default, and a value of another type is one that this page does not know.
    if (typeof value === typeof defaults[name] && value !== '') shop[name] = value;
  }
  setPointsName(shop.points_name);
  applyColor(shop.shop_color);
  applyIcon(shop.shop_name, shop.shop_color);
  for (const listener of listeners) listener();
}

function parse(text) {
  try {
    const values = JSON.parse(text ?? '{}');
    return typeof values === 'object' && values !== null ? values : {};
  } catch {
    return {};
  }
}
