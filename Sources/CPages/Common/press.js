// Waits for the end of a press with the pointer.
//
// A press on a button begins with `mousedown`, which takes the focus from a field. If words about the field appeared at
// once, they would move the button away before `mouseup`, and the browser would drop the click. A touch sends these
// events too.

let isPressed = false;
let waiting = [];

/** Calls `act` now, or after the click if a pointer is just pressing something. */
export function afterPress(act) {
  if (isPressed) waiting.push(act);
  else act();
}

function end() {
  isPressed = false;
  const acts = waiting;
  waiting = [];
  // The browser sends the click right after `mouseup`.
  setTimeout(() => {
    for (const act of acts) act();
  });
}

addEventListener('mousedown', () => { isPressed = true; }, { capture: true });
addEventListener('mouseup', end, { capture: true });
// After the start of a drag, and if the window loses the pointer to another one, there is no `mouseup`.
addEventListener('dragend', end, { capture: true });
addEventListener('blur', end);
