// Named characters of HTML, as far as Markdown in descriptions of schemas has them.

/** @type {Record<string, string>} */
const names = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: '\u00a0' };

/**
 * Puts characters in the place of their names and numbers.
 *
 * @param {string} text
 */
export function decodeHTML(text) {
  return text.replaceAll(/&(?:#x([0-9a-f]{1,6})|#([0-9]{1,7})|([a-z]+));/gi, (whole, hexadecimal, decimal, name) => {
    if (name !== undefined) return names[name] ?? whole;
    const code = hexadecimal === undefined ? Number(decimal) : Number.parseInt(hexadecimal, 16);
    return code > 0 && code <= 0x10ffff ? String.fromCodePoint(code) : '\ufffd';
  });
}

export { decodeHTML as decodeHTMLStrict };
