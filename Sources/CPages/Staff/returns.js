// Dialogs that undo: a refund gives spent points back, and a return takes earned points back. Each asks once.

import { ask } from '../Common/api.js';
import { openDialog } from '../Common/dialog.js';
import { element, isolated, setText } from '../Common/dom.js';
import { makeForm } from '../Common/form.js';
import { numberElement, pointsText } from '../Common/formats.js';
import { localized } from '../Common/language.js';
import { makeOnce, onceFailures } from './operations.js';
import { makePointsField, makeReasonField } from './points.js';
import { change } from './staff.js';

/** Asks for a reason and refunds a withdrawal. Resolves to the words of the result, or `undefined`. */
export function refundWithdrawal(withdrawal) {
  return openDialog('refundTitle', (close) => {
    const reason = makeReasonField({ draft: `refund.${withdrawal.order}`, autofocus: true });
    return [
      element('p', { text: ['refundAsk', {
        number: numberElement(withdrawal.order), points: points(withdrawal.sum) }] }),
      makeForm({
        label: 'refundTitle', submit: 'refundNow', fields: [reason],
        failures: { ...onceFailures, 409: 'refundedBefore', 404: 'withdrawalGone' },
        send: async () => {
          const done = await refund(withdrawal, reason.value.trim());
          reason.value = '';
          close(['refunded', { points: points(done.points), login: isolated(done.customer?.login ?? '') }]);
          return null;
        },
      }).root,
    ];
  });
}

/** Resolves to the points and the customer. If the answer is lost, the order says whether it is refunded. */
async function refund({ order, sum }, reason) {
  try {
    return (await change('POST', `/api/staff/withdrawals/${order}/refund`, { json: { reason } })).content;
  } catch (failure) {
    const facts = failure.kind === 'response' ? null
      : await ask('GET', `/api/staff/orders/${order}`).then(({ content }) => content, () => null);
    if (!facts?.withdrawal?.refunded_at) throw failure;
    return { points: sum, customer: facts.spender };
  }
}

/** Asks for the points and a reason, and takes back what an order earned. Resolves to the words of the result. */
export function returnGoods(order) {
  return openDialog('returnTitle', (close) => {
    const drafts = `return.${order.number}`;
    const once = makeOnce(drafts);
    const sum = makePointsField({
      label: 'pointsToReturn', hint: 'pointsToReturnHint', isOptional: true, draft: `${drafts}.sum`, autofocus: true });
    const reason = makeReasonField({ draft: `${drafts}.reason` });
    const left = element('p', { role: 'status' });
    const showLeft = (latest) => setText(left, ['returnLeft', {
      number: numberElement(order.number), points: points(leftOf(latest)),
      login: isolated(latest.customer?.login ?? ''),
    }]);
    showLeft(order);
    return [left, makeForm({
      label: 'returnTitle', submit: 'returnNow', fields: [sum, reason],
      failures: { ...onceFailures, 409: 'moreThanLeft', 404: 'orderNotCredited', 'invalid-sum': 'sumTooFine' },
      fieldFailures: { moreThanLeft: sum, sumTooFine: sum },
      send: async () => {
        const body = { reason: reason.value.trim() };
        if (sum.sum) body.points = Number(sum.sum);
        try {
          const { content } = await once('POST', `/api/staff/orders/${order.number}/return`, body);
          for (const field of [sum, reason]) field.value = '';
          close([content.missing > 0 ? 'returnedPart' : 'returned', {
            points: () => pointsText(content.returned), missing: () => pointsText(content.missing) }]);
          return null;
        } catch (failure) {
          // Another clerk may have returned goods of this order meanwhile.
          if (failure.status === 409) {
            await ask('GET', `/api/staff/orders/${order.number}`).then(({ content }) => showLeft(content), () => {});
          }
          throw failure;
        }
      },
    }).root];
  });
}

/** Returns the points that an order earned and that were not returned. */
export function leftOf(order) {
  return Math.round((order.accrual - (order.returned ?? 0)) * 100) / 100;
}

function points(sum) {
  return localized(element('strong'), (made) => { made.textContent = pointsText(sum); });
}
