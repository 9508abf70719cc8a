// Whether a panel leaves room for the editor.

/** Where the window is narrower, it leaves none. */
const WIDE = '(min-width: 1000px)';

/** @returns {boolean} */
export function hasRoom() {
  return matchMedia(WIDE).matches;
}
