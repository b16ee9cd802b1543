// The view of reward rules: the list, a trial, and for the owner adding and removing.

import { ask } from '../Common/api.js';
import { confirmed } from '../Common/dialog.js';
import { element, isolated, setText } from '../Common/dom.js';
import { failureText } from '../Common/failures.js';
import { makeField } from '../Common/field.js';
import { makeForm } from '../Common/form.js';
import { pointsText, pointsWord } from '../Common/formats.js';
import { locale, localized, text } from '../Common/language.js';
import { makeChoice } from './choice.js';
import { makeDeed } from './deed.js';
import { readPrice, rewardMistake } from './points.js';
import { change, isOwner } from './staff.js';

const rewardDecimalsMax = 6;

/** Makes the view. */
export function makeRules() {
  const list = element('ul', { class: 'list', label: 'rules' });
  const note = element('p', { class: 'hint' });
  const alert = element('p', { class: 'alert', role: 'alert' });

  async function read() {
    try {
      const { content } = await ask('GET', '/api/staff/rules', { inBackground: true });
      list.replaceChildren(...content.map((rule) => element('li', {}, ...row(rule))));
      setText(note, content.length === 0 ? ['noRules'] : null);
      setText(alert, null);
    } catch (failure) {
      setText(alert, failureText(failure, { 'accrual-off': 'accrualOff' }));
    }
  }

  function row(rule) {
    const reward = localized(element('span', { class: 'status gain' }), (made) => {
      made.textContent = rewardText(rule);
    });
    const line = element('div', { class: 'line' },
      element('span', { text: ['ruleMatches', { match: isolated(rule.match) }] }), reward);
    if (!isOwner()) return [line];
    return [line, makeDeed({
      text: 'remove', label: ['removeRule', { match: rule.match }], class: 'quiet', failures: { 404: 'ruleGone' },
      do: async () => {
        const question = ['removeRuleAsk', { match: isolated(rule.match) }];
        if (!(await confirmed('removeRuleTitle', question, 'remove'))) return null;
        await change('DELETE', `/api/staff/rules?match=${encodeURIComponent(rule.match)}`);
        await read();
        return ['action-rule.remove'];
      },
    }).root];
  }

  const root = element('section', { class: 'view', label: 'rules' },
    element('div', { class: 'card' }, element('h2', { text: 'rules' }), list, note, alert),
    element('div', { class: 'card' }, element('h3', { text: 'tryRules' }), makeTrial()),
    isOwner() ? element('div', { class: 'card' }, element('h3', { text: 'addRule' }), makeAddition(read)) : null);
  return { root, show: read, refresh: read };
}

function makeTrial() {
  const description = textField('description', 'descriptionMissing', 'trial.description');
  const price = makeField({
    label: 'price', inputmode: 'decimal', autocomplete: 'off', draft: 'trial.price',
    check: (typed) => {
      const { fault } = readPrice(typed);
      return fault ? [fault] : null;
    },
  });
  return makeForm({
    label: 'tryRules', submit: 'tryIt', fields: [description, price], failures: { 'accrual-off': 'accrualOff' },
    send: async () => {
      const json = { description: description.value.trim(), price: readPrice(price.value).price };
      const { content } = await ask('POST', '/api/staff/rules/try', { json });
      const points = () => pointsText(content.points);
      return content.rule ? ['trialEarns', { points, rule: content.rule }] : ['trialEarnsNothing'];
    },
  }).root;
}

function makeAddition(read) {
  const match = textField('match', 'matchMissing', 'rule.match', 'matchHint');
  const reward = makeField({
    label: 'reward', inputmode: 'decimal', autocomplete: 'off', draft: 'rule.reward', check: rewardMistake });
  const kind = makeChoice({ label: 'rewardType', options: { '%': 'rewardPercent', pt: 'rewardPoints' } });
  return makeForm({
    label: 'addRule', submit: 'addRule', fields: [match, reward, kind],
    failures: {
      'too-many-rules': 'tooManyRules', 409: 'ruleExists', 400: 'ruleRefused', 422: 'ruleRefused',
      'accrual-off': 'accrualOff',
    },
    fieldFailures: { ruleExists: match },
    send: async () => {
      const json = {
        match: match.value.trim(), reward: Number(reward.value.trim().replace(',', '.')), reward_type: kind.value };
      try {
        await change('POST', '/api/staff/rules', { json });
      } catch (failure) {
        // Another person may have added it: the list shows it now.
        if (failure.status === 409) read();
        throw failure;
      }
      for (const field of [match, reward]) field.value = '';
      await read();
      return ['ruleAdded', { reward: () => rewardText(json) }];
    },
  }).root;
}

/** Returns a reward with all its decimals, of which it has more than points have. */
function rewardText({ reward, reward_type: type }) {
  const exact = new Intl.NumberFormat(locale(), { maximumFractionDigits: rewardDecimalsMax }).format(reward);
  return type === '%' ? text('percentOf', { reward: exact }) : `${exact} ${pointsWord(reward)}`;
}

function textField(label, missing, draft, hint) {
  return makeField({
    label, hint, draft, autocomplete: 'off', dir: 'auto', maxlength: 255,
    check: (typed) => (typed.trim() === '' ? [missing] : null),
  });
}
