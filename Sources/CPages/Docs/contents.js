// The contents: a column on wide screens, a block that closes itself on a phone. They mark the section in view.

const nav = document.getElementById('contents');
const block = nav.querySelector('details');
const narrow = matchMedia('(max-width: 47.99rem)');
// The space above and below the marked entry in the column.
const marginInPixels = 100;
// A heading may be this far below the line to which links scroll it.
const toleranceInPixels = 8;

/** Marks the section in view, and closes the contents on a phone when the reader has chosen. */
export function followReader() {
  const links = new Map();
  for (const link of nav.querySelectorAll('a[href^="#"]')) links.set(link.hash.slice(1), link);
  const targets = [...document.querySelectorAll('main [id]')].filter((target) => links.has(target.id));
  let marked = null;
  let isWaiting = false;

  const mark = () => {
    isWaiting = false;
    const link = links.get(inView(targets)?.id);
    if (link === marked) return;
    marked?.removeAttribute('aria-current');
    link?.setAttribute('aria-current', 'location');
    marked = link;
    if (link && !narrow.matches) showInColumn(link);
  };
  const later = () => {
    if (isWaiting) return;
    isWaiting = true;
    requestAnimationFrame(mark);
  };

  const fold = () => {
    block.open = !narrow.matches;
  };
  fold();
  narrow.addEventListener('change', fold);
  nav.addEventListener('click', (event) => {
    if (narrow.matches && event.target.closest('a')) block.open = false;
  });
  nav.addEventListener('keydown', (event) => {
    if (event.key !== 'Escape' || !narrow.matches || !block.open || event.defaultPrevented) return;
    block.open = false;
    block.querySelector('summary').focus();
  });
  addEventListener('scroll', later, { passive: true });
  addEventListener('resize', later, { passive: true });
  addEventListener('hashchange', later);
  mark();
}

/**
 * The last target above the line to which links scroll. Targets are in the order of the page, so half of them are left out
 * at each step. The last sections of the page can't be scrolled to the line: there, the address decides.
 */
function inView(targets) {
  const root = document.documentElement;
  if (scrollY > 0 && scrollY + innerHeight >= root.scrollHeight - 1) {
    const named = targets.find((target) => `#${target.id}` === location.hash);
    const { top = -1 } = named?.getBoundingClientRect() ?? {};
    if (top >= 0 && top < innerHeight) return named;
  }
  const lineInPixels = parseFloat(getComputedStyle(root).scrollPaddingTop) + toleranceInPixels;
  let [low, high] = [0, targets.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (targets[middle].getBoundingClientRect().top <= lineInPixels) low = middle + 1;
    else high = middle;
  }
  return targets[low - 1];
}

/** Scrolls the column alone: `scrollIntoView` would scroll the page too. */
function showInColumn(link) {
  const closed = link.closest('details:not([open])');
  const shown = (closed ?? link).getBoundingClientRect();
  const column = nav.getBoundingClientRect();
  const above = shown.top - column.top - marginInPixels;
  const below = shown.bottom - column.bottom + marginInPixels;
  if (above < 0) nav.scrollTop += above;
  else if (below > 0) nav.scrollTop += below;
}
