// Texts that a spreadsheet would run as formulas: kept from that by an apostrophe in front, which import takes off.

/** What spreadsheets take for the beginning of a formula, also in its full-width form, which some of them read like the other. */
const formula = /^'*[=+\-@\uff1d\uff0b\uff0d\uff20\t\r\n]/;

/** Puts an apostrophe before a text that would be run, and before one that has such apostrophes already, so that none is lost. */
export function defuse(text: string): string {
  return formula.test(text) ? `'${text}` : text;
}

/** Takes it off again; `'t Hooft` keeps its own. */
export function undoDefuse(text: string): string {
  return text.startsWith("'") && formula.test(text) ? text.slice(1) : text;
}
