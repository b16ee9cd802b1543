// Elements are made by calls and never from markup, so that no text from a server can become a tag or a script.

/**
 * Makes an element.
 *
 * `on…` are listeners. Everything else is an attribute, left out if it is `null`, `undefined` or `false`. Children are
 * nodes and strings.
 */
export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

const status = element('p', { class: 'unseen', role: 'status' });
document.body.append(status);

// A change within one task would not be noticed.
const announceAfterMilliseconds = 100;
let announcing = 0;

/** Lets a screen reader say a text when it is free. Equal texts in a row are said again. */
export function announce(words) {
  clearTimeout(announcing);
  status.textContent = '';
  announcing = setTimeout(() => {
    status.textContent = words;
  }, announceAfterMilliseconds);
}
