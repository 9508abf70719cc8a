// Short messages of the page, for eyes and for screen readers, and what goes to the clipboard.
import { copyText } from '../copy-text.js';

const SHOWN_MS = 4_000;

/** @type {ReturnType<typeof setTimeout> | undefined} */
let shown;

/**
 * Shows a message for a while.
 *
 * @param {string} message
 */
export function say(message) {
  const place = /** @type {HTMLElement} */ (document.getElementById('said'));
  place.textContent = message;
  clearTimeout(shown);
  shown = setTimeout(() => {
    place.textContent = '';
  }, SHOWN_MS);
}

/**
 * Copies a text, and says so.
 *
 * @param {string} text
 * @param {string} what - how the message calls it
 */
export async function copy(text, what) {
  const isCopied = await copyText(text);
  say(isCopied ? `${what} copied.` : 'The browser does not let this page copy.');
}
