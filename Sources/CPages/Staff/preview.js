// The points that a receipt would earn, asked for when typing pauses.

import { ask } from '../Common/api.js';
import { element, setText } from '../Common/dom.js';
import { failureText } from '../Common/failures.js';
import { pointsText } from '../Common/formats.js';
import { locale } from '../Common/language.js';

const waitMilliseconds = 400;

/**
 * Makes the line of the preview.
 *
 * @param read returns the editor of the goods.
 * @returns `root`, and `change()`, which the editor calls after each change.
 */
export function makePreview(read) {
  const words = element('span', { class: 'earning' });
  const root = element('div', { class: 'preview', role: 'status' }, words);
  let timer;
  let turn = 0;
  let last = '';

  async function show() {
    const editor = read();
    const goods = editor.goods;
    const mine = ++turn;
    if (goods.length === 0) {
      last = '';
      return setText(words, ['previewEmpty']);
    }
    last = JSON.stringify(goods);
    try {
      const { content } = await ask('POST', '/api/staff/receipts/preview', { json: { goods }, inBackground: true });
      // The goods may have changed while the response was on its way.
      if (mine !== turn || last !== JSON.stringify(editor.goods)) return;
      const total = goods.reduce((sum, good) => sum + Math.round(good.price * 100), 0) / 100;
      setText(words, ['wouldEarn', { points: () => pointsText(content.points), total: () => money(total) }]);
      editor.showEarned(content.goods);
    } catch (failure) {
      if (mine === turn) setText(words, failureText(failure, { 'accrual-off': 'accrualOff', 400: 'previewRefused' }));
    }
  }

  return {
    root,
    change() {
      clearTimeout(timer);
      timer = setTimeout(show, waitMilliseconds);
    },
  };
}

/** Returns a sum of money. The server knows no currency. */
function money(sum) {
  return new Intl.NumberFormat(locale(), { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(sum);
}
