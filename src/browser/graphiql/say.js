// Short messages of the page, for eyes and for screen readers, and what goes to the clipboard.

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
  const isCopied = await write(text);
  say(isCopied ? `${what} copied.` : 'The browser does not let this page copy.');
}

/** @param {string} text */
async function write(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return writeSelected(text);
  }
}

/**
 * The way of pages that are served without TLS, which have no clipboard.
 *
 * @param {string} text
 */
function writeSelected(text) {
  const area = document.createElement('textarea');
  area.value = text;
  area.style.position = 'fixed';
  document.body.append(area);
  const before = /** @type {HTMLElement | null} */ (document.activeElement);
  area.select();
  const isCopied = document.execCommand('copy');
  area.remove();
  before?.focus();
  return isCopied;
}
