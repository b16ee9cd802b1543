// The form that corrects a receipt, which is possible until its order is credited.

import { element } from '../Common/dom.js';
import { makeForm } from '../Common/form.js';
import { pointsText } from '../Common/formats.js';
import { makeGoods } from './goods.js';
import { makePreview } from './preview.js';
import { change } from './staff.js';

/**
 * Makes the form. The server keeps the points of a receipt and not its goods, so all goods are entered anew.
 *
 * @param reload reads the order anew after the correction, and shows the words of its result.
 */
export function makeCorrection(order, reload) {
  const preview = makePreview(() => goods);
  const goods = makeGoods({
    draft: `correct.${order.number}`, changed: preview.change, goOn: () => form.button.focus() });
  const form = makeForm({
    label: 'correctReceipt', submit: 'correctReceipt', fields: [goods], others: [preview.root],
    failures: { 409: 'receiptCredited', 404: 'receiptGone', 'accrual-off': 'accrualOff', 400: 'saleRefused' },
    send: async () => {
      const { content } = await change('PUT', `/api/staff/receipts/${order.number}`, { json: { goods: goods.goods } });
      goods.clear();
      await reload(['receiptCorrected', { points: () => pointsText(content.points) }]);
      return null;
    },
  });
  preview.change();
  return element('section', { class: 'card', label: 'correctReceipt' },
    element('h3', { text: 'correctReceipt' }), element('p', { class: 'hint', text: 'correctHint' }), form.root);
}
