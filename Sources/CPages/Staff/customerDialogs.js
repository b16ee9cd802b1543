// Dialogs that change a customer's balance. What was typed stays as a draft until the server has taken it.

import { openDialog } from '../Common/dialog.js';
import { element, isolated, setText } from '../Common/dom.js';
import { makeForm } from '../Common/form.js';
import { amount, pointsText, shortNumber } from '../Common/formats.js';
import { makeOrderNumberField } from '../Common/orderNumber.js';
import { makeChoice } from './choice.js';
import { makeOnce, onceFailures } from './operations.js';
import { makePointsField, makeReasonField } from './points.js';
import { currentStaff, isOwner } from './staff.js';

/**
 * Asks for an order and a sum, and spends points.
 *
 * @param read reads the customer anew, after another clerk has changed the balance.
 * @returns `{ customer, words }`, or `undefined` if the dialog was left.
 */
export function spendPoints(customer, read) {
  return openDialog('spendPoints', (close) => {
    const drafts = `spend.${customer.id}`;
    const number = makeOrderNumberField({ label: 'orderToPay', draft: `${drafts}.order`, autofocus: true });
    const sum = makePointsField({ draft: `${drafts}.sum` });
    const once = makeOnce(drafts);
    return [about(customer, read), form(customer, read, {
      label: 'spendPoints', submit: 'spendPoints', fields: [number, sum],
      failures: {
        ...onceFailures,
        402: 'notEnough', 404: 'customerGone', 'customer-disabled': 'cannotSpend', 409: 'orderPaidBefore',
        422: 'numberCheckDigit', 'invalid-sum': 'sumTooFine',
      },
      fieldFailures: { notEnough: sum, sumTooFine: sum, orderPaidBefore: number, numberCheckDigit: number },
      send: async () => {
        const body = { order: number.number, sum: sum.sum };
        const { content } = await once('POST', `/api/staff/customers/${customer.id}/withdrawals`, body);
        for (const field of [number, sum]) field.value = '';
        close({ customer: content, words: ['spentOn', {
          points: () => pointsText(Number(body.sum)), number: shortNumber(body.order) }] });
        return null;
      },
    })];
  });
}

/** Asks for points and a reason, and adds or takes them. */
export function adjustPoints(customer, read) {
  return openDialog('adjustPoints', (close) => {
    const drafts = `adjust.${customer.id}`;
    const direction = makeChoice({ label: 'direction', options: { add: 'addPoints', take: 'takePoints' } });
    const sum = makePointsField({ draft: `${drafts}.sum`, autofocus: true });
    const reason = makeReasonField({ draft: `${drafts}.reason` });
    const once = makeOnce(drafts);
    const limit = currentStaff().adjustment_points_max;
    const limitWords = isOwner() ? null
      : element('p', { class: 'hint', text: ['adjustmentLimit', { points: () => pointsText(limit) }] });
    return [about(customer, read), limitWords, form(customer, read, {
      label: 'adjustPoints', submit: 'adjustPoints', fields: [direction, sum, reason],
      failures: {
        ...onceFailures,
        404: 'customerGone', 'adjustment-too-large': 'adjustmentTooLarge', 409: 'tooFewPoints',
        'too-many-points': 'tooManyPoints', 'invalid-sum': 'sumTooFine',
      },
      fieldFailures: { adjustmentTooLarge: sum, tooFewPoints: sum, tooManyPoints: sum, sumTooFine: sum },
      send: async () => {
        const points = Number(sum.sum) * (direction.value === 'take' ? -1 : 1);
        const { content } = await once('POST', `/api/staff/customers/${customer.id}/adjustments`,
          { points, reason: reason.value.trim() });
        for (const field of [sum, reason]) field.value = '';
        close({ customer: content, words: ['adjusted', { points: () => amount(points, true) }] });
        return null;
      },
    })].filter(Boolean);
  });
}

/** Words about the customer and the balance, which follow what other clerks do. */
function about(customer) {
  const balance = element('span', { class: 'now' });
  setText(balance, ['balanceNow', { points: () => pointsText(customer.current) }]);
  return element('p', { role: 'status' }, element('strong', {}, isolated(customer.login)), ' ', balance);
}

/** A form that reads the customer anew after a conflict, and shows the balance as it is now. */
function form(customer, read, options) {
  const made = makeForm({
    ...options,
    send: async () => {
      try {
        return await options.send();
      } catch (failure) {
        if ([402, 409].includes(failure.status)) await refresh().catch(() => {});
        throw failure;
      }
    },
  });
  async function refresh() {
    const latest = await read();
    const balance = made.root.closest('dialog')?.querySelector('.now');
    if (balance) setText(balance, ['balanceNow', { points: () => pointsText(latest.current) }]);
  }
  return made.root;
}
