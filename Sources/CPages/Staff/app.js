// The start of the staff's page: its frame, and the view of a visitor or of a person.

import { focusHeading } from '../Common/dom.js';
import { failureText } from '../Common/failures.js';
import { setTitle, startFrame } from '../Common/frame.js';
import { startLanguage } from '../Common/language.js';
import { remember, remembered } from '../Common/memory.js';
import { hideNotice, showNotice } from '../Common/notices.js';
import { makeHome } from './home.js';
import { ownerTexts } from './ownerTexts.js';
import { makeSignIn } from './signIn.js';
import { currentStaff, findStaff, show, whenStaffChanges } from './staff.js';
import { texts } from './texts.js';

const content = document.getElementById('content');
const nothing = { resume: () => {}, leave: () => {} };
let home = nothing;

startLanguage({ ...texts, ...ownerTexts });
startFrame();
whenStaffChanges(showStaff);
if (remembered('isStaff') === null) showVisitor();
start();

async function start() {
  try {
    const staff = await findStaff();
    hideNotice('start');
    if (staff === null && !content.querySelector('form')) showVisitor();
    if (staff !== null) show(staff, false);
  } catch (failure) {
    showNotice('start', failureText(failure), { text: 'tryAgain', do: () => {
      hideNotice('start');
      start();
    } });
  }
}

function showStaff(isFromElsewhere, isOther, isOtherRole) {
  const staff = currentStaff();
  remember('isStaff', staff === null ? null : 'yes');
  if (!isOther) return home.resume();
  home.leave();
  home = nothing;
  if (isOtherRole) showNotice('elsewhere', 'roleChanged');
  else if (isFromElsewhere) showNotice('elsewhere', staff === null ? 'signedOutElsewhere' : 'otherPersonElsewhere');
  else hideNotice('elsewhere');
  if (staff === null) {
    showVisitor();
    focusHeading(content);
    return;
  }
  const hadFocus = content.contains(document.activeElement);
  home = makeHome(content);
  if (hadFocus) focusHeading(content.querySelector('.view'));
}

function showVisitor() {
  content.replaceChildren(makeSignIn());
  setTitle('signIn');
}
