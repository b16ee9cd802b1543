// Elements are made by calls and never from markup, so that no text from outside can become a tag or a script.

import { localized, phrase, text } from './language.js';

/**
 * Makes an element.
 *
 * `text` and `label` are names of texts, or `[name, values]`; they follow the language. `on…` are listeners. Everything
 * else is an attribute, left out if it is `null`, `undefined` or `false`. Children are nodes and strings.
 */
export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  const { text: content, label, ...others } = properties;
  for (const [key, value] of Object.entries(others)) {
    if (value === null || value === undefined || value === false) continue;
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value === true ? '' : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  if (content || label) {
    localized(made, () => {
      if (content) made.replaceChildren(...words(content));
      if (label) made.setAttribute('aria-label', text(...[label].flat()));
    });
  }
  return made;
}

/** Shows a text in an element that exists already, in place of the earlier one. `null` empties it. */
export function setText(target, content) {
  localized(target, () => target.replaceChildren(...(content ? words(content) : [])));
}

/** A text of an unknown direction, such as a login, which must not turn the words around it. */
export function isolated(content) {
  const made = document.createElement('bdi');
  made.textContent = content;
  return made;
}

/** Shows one of several elements and hides the others. Hidden ones keep what was typed into them. */
export function showOnly(shown, all) {
  for (const each of all) each.hidden = each !== shown;
}

/** Moves the focus to a heading, so that a screen reader continues from there. */
export function focusHeading(root) {
  const heading = root.querySelector('h2');
  heading?.setAttribute('tabindex', '-1');
  heading?.focus();
}

/** Says a text to a screen reader when it is free. Equal texts in a row are said again. */
export function announce(words) {
  const region = document.getElementById('announcements');
  if (!region) return;
  region.textContent = '';
  // A change within one task would not be noticed.
  setTimeout(() => {
    region.textContent = words;
  }, announceAfterMilliseconds);
}

const announceAfterMilliseconds = 100;

function words(content) {
  const [name, values = {}] = [content].flat();
  const hasNodes = Object.values(values).some((value) => value instanceof Node);
  return hasNodes ? phrase(name, values).map((part) => part?.cloneNode?.(true) ?? part) : [text(name, values)];
}
