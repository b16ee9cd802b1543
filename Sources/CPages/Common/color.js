// The shop's one colour. A shop may choose any, so everything that has to be readable is computed from it: text on it,
// and the shade in which it can itself be text or a line on the page's light and dark surfaces (WCAG 2.2, 1.4.3).

const contrastMin = 4.5;
/** The darkest light surface and the lightest dark one of style.css. */
const surfaces = { light: [245, 245, 242], dark: [27, 30, 34] };

/** Gives the page the shop's colour. Another text than `#rrggbb` changes nothing. */
export function applyColor(color) {
  const accent = parse(color);
  if (!accent) return;
  const style = document.documentElement.style;
  style.setProperty('--accent', color);
  style.setProperty('--on-accent', textOn(accent));
  style.setProperty('--accent-on-light', css(shade(accent, surfaces.light, [0, 0, 0])));
  style.setProperty('--accent-on-dark', css(shade(accent, surfaces.dark, [255, 255, 255])));
  document.querySelector('meta[name="theme-color"]')?.setAttribute('content', color);
}

/** Draws the page's icon: the first letter of the shop's name on its colour. */
export function applyIcon(name, color) {
  const accent = parse(color);
  const letter = [...name.trim()].find((character) => /[\p{L}\p{N}]/u.test(character))?.toUpperCase() ?? 'M';
  if (!accent) return;
  const drawing = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
    + `<rect width="32" height="32" rx="8" fill="${color}"/>`
    + `<text x="16" y="23" text-anchor="middle" font-family="sans-serif" font-size="20" fill="${textOn(accent)}">`
    + `${letter}</text></svg>`;
  document.querySelector('link[rel="icon"]')?.setAttribute('href', `data:image/svg+xml,${encodeURIComponent(drawing)}`);
}

/** White or black: the one of the two that is read more easily on `background`. */
export function textOn(background) {
  return contrast(background, [255, 255, 255]) >= contrast(background, [0, 0, 0]) ? '#fff' : '#000';
}

/** Returns the contrast of two colours, from 1 to 21. */
export function contrast(first, second) {
  const [dark, light] = [luminance(first), luminance(second)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** Mixes a colour with `towards` in steps of a twentieth until it can be read on `surface`. */
function shade(color, surface, towards) {
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = color.map((part, index) => Math.round(part + (towards[index] - part) * share));
    if (contrast(mixed, surface) >= contrastMin) return mixed;
  }
  return towards;
}

function luminance(color) {
  const [red, green, blue] = color.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function parse(color) {
  const match = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(color ?? '');
  return match && match.slice(1).map((digits) => Number.parseInt(digits, 16));
}

function css(color) {
  return `rgb(${color.join(' ')})`;
}
