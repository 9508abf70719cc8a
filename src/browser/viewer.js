// Whose key the page uses, what it may do, and what is left of its limit: a line in the header.
import { ask, authorizationIn, onAnswer, pageKey } from './api-key.js';
import { element } from './page.js';

const VIEWER = `query PageViewer {
  viewer {
    organisation { slug name }
    key { fingerprint prefix scopes }
    rateLimit { limit remaining resetAt }
  }
}`;

/**
 * @typedef {{ limit: number, remaining: number }} RateLimit
 * @typedef {object} Viewer
 * @property {{ slug: string, name: string }} organisation
 * @property {{ fingerprint: string, prefix: string, scopes: string[] }} key
 * @property {RateLimit | null} rateLimit
 */

/** @type {string | undefined} */
let askedWith;
/** @type {Viewer | undefined} */
let viewer;
/** Whether the tab of GraphiQL that is shown has a key of its own, of which this says nothing. */
let isOtherKey = false;

/** @param {Viewer} viewer */
function wordsOf({ organisation, key, rateLimit }) {
  return {
    organisation: organisation.name,
    scopes: key.prefix === 'ROOT' || key.scopes.length === 0 ? 'all scopes' : key.scopes.join(', '),
    limit: rateLimit ? `${rateLimit.remaining} of ${rateLimit.limit} left` : 'no limit',
  };
}

function show() {
  const line = element('viewer');
  line.hidden = viewer === undefined || isOtherKey;
  if (viewer === undefined) return;
  const words = Object.entries(wordsOf(viewer));
  line.title = words.map(([, text]) => text).join(' · ');
  line.replaceChildren(
    ...words.map(([name, text]) => {
      const part = document.createElement('span');
      part.dataset.part = name;
      part.textContent = text;
      return part;
    }),
  );
}

/** Asks whose key the page uses, unless it has asked with this one. */
export async function askViewer() {
  const key = pageKey();
  if (key === undefined || key === askedWith) return;
  askedWith = key;
  viewer = undefined;
  const { data } = /** @type {{ data?: { viewer?: Viewer } }} */ (await ask({ query: VIEWER }));
  // Another key was given meanwhile.
  if (askedWith !== key) return;
  viewer = data?.viewer;
  if (!viewer) askedWith = undefined;
  show();
}

/** Keeps the line as answers tell. A key that nobody has found good yet is not asked about: each that is refused counts as a guess. */
export function followViewer() {
  onAnswer(({ key, isKnownKey, rateLimit }) => {
    if (!isKnownKey || key !== pageKey()) return;
    if (viewer?.rateLimit && rateLimit) {
      viewer = { ...viewer, rateLimit };
      show();
    }
    askViewer();
  });
}

/**
 * Hides the line while a tab is shown that has a key of its own.
 *
 * @param {import('./api-key.js').TabHeaders} headers - those of the tab
 */
export function showViewerUnless(headers) {
  isOtherKey = authorizationIn(headers) !== undefined;
  show();
}
