// A text into the clipboard.

/**
 * Copies a text.
 *
 * @param {string} text
 * @returns {Promise<boolean>} whether the browser has let the page do so
 */
export async function copyText(text) {
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
