// Texts that the browser keeps for the page. Every read and write may fail (private windows, full or forbidden
// storage), and the page works without it.

/** Returns the text kept under `name`, or `null`. */
export function remembered(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}

/** Keeps `text` under `name` until it is replaced; `null` removes it. */
export function remember(name, text) {
  keep(() => localStorage, name, text);
}

/** Returns the draft of the field `name`: the text that was typed in this tab and not sent yet. */
export function draft(name) {
  try {
    return sessionStorage.getItem(`draft.${name}`) ?? '';
  } catch {
    return '';
  }
}

/** Keeps a draft for this tab, so that a reload does not lose it. An empty text removes it. */
export function keepDraft(name, text) {
  keep(() => sessionStorage, `draft.${name}`, text === '' ? null : text);
}

/** Removes all drafts of this tab. Another account must not see them. */
export function forgetDrafts() {
  try {
    for (const name of Object.keys(sessionStorage)) {
      if (name.startsWith('draft.')) sessionStorage.removeItem(name);
    }
  } catch {
    // There is nothing to forget.
  }
}

/** Keeps the drafts of this account, and removes those of another one, whose session may have ended before a reload. */
export function keepDraftsOf(owner) {
  if (draft(ownerName) === owner) return;
  forgetDrafts();
  keepDraft(ownerName, owner);
}

/** The draft that has no field: the name of the account whose drafts the tab keeps. */
const ownerName = 'owner';

function keep(storage, name, text) {
  try {
    if (text === null) storage().removeItem(name);
    else storage().setItem(name, text);
  } catch {
    // The page works without it.
  }
}
