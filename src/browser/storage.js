// What GraphiQL keeps in the browser: the key and the headers for as long as the tab, what was typed and what was run for longer.

/** What names begin with of a gateway that is served below a path of its own: another one may have the same host. */
const SCOPE = new URL('.', location.href).pathname.replace(/^\/$/, '');
/** Where GraphiQL keeps its tabs. */
export const TABS_NAME = 'graphiql:tabState';
const KEY_NAME = 'customer-gateway:api-key';
/** Operations that were run, and those that were saved: the same in all tabs of the browser. */
const histories = ['graphiql:queries', 'graphiql:favorites'];

/**
 * Takes the headers out of what GraphiQL keeps, since a key may stand in them.
 *
 * @param {string} kept - JSON
 */
const withoutHeaders = (kept) => JSON.stringify(JSON.parse(kept), (name, value) => (name === 'headers' ? null : value));

/** What is remembered beyond the tab of the browser, and what of it. */
const remembered = new Map([
  ...[TABS_NAME, ...histories].map((name) => /** @type {[string, typeof withoutHeaders]} */ ([name, withoutHeaders])),
  ...['theme', 'visiblePlugin', 'docExplorerFlex', 'editorFlex', 'secondaryEditorFlex'].map(
    (name) => /** @type {[string, (value: string) => string]} */ ([`graphiql:${name}`, (value) => value]),
  ),
]);

const ofTab = storeOf(() => sessionStorage);
const ofBrowser = storeOf(() => localStorage);
// Left by a GraphiQL that kept more: a key, perhaps.
for (const name of ['headers', 'shouldPersistHeaders', 'query', 'variables']) ofBrowser.removeItem(`graphiql:${name}`);
for (const name of histories) cleanHistory(name);

/**
 * Takes out what a GraphiQL that kept more has left in a history, and all of one that is none.
 *
 * @param {string} name
 */
function cleanHistory(name) {
  const kept = ofBrowser.getItem(name);
  if (kept === null) return;
  try {
    if (!Array.isArray(JSON.parse(kept)?.[name.slice('graphiql:'.length)])) throw new Error('no history');
    ofBrowser.setItem(name, withoutHeaders(kept));
  } catch {
    ofBrowser.removeItem(name);
  }
}

/** The key that this tab of the browser was given. */
export const keptKey = {
  get: () => ofTab.getItem(KEY_NAME) ?? undefined,
  /** @returns {boolean} whether it outlives the page; where the browser keeps nothing it does not */
  set: (/** @type {string} */ key) => ofTab.setItem(KEY_NAME, key),
  forget: () => ofTab.removeItem(KEY_NAME),
};

/** Set by "Clear data": GraphiQL would write at once what it still shows. */
let isCleared = false;

/**
 * What GraphiQL is given to keep things in.
 *
 * @type {Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'clear' | 'length'>}
 */
export const storage = {
  getItem: (name) => ofTab.getItem(name) ?? (remembered.has(name) ? ofBrowser.getItem(name) : null),
  setItem(name, value) {
    if (isCleared) return;
    if (!histories.includes(name)) ofTab.setItem(name, value);
    const toRemember = remembered.get(name);
    if (toRemember) ofBrowser.setItem(name, toRemember(value));
  },
  removeItem(name) {
    ofTab.removeItem(name);
    ofBrowser.removeItem(name);
  },
  clear() {
    for (const name of ofTab.names()) if (name.startsWith('graphiql:')) ofTab.removeItem(name);
    for (const name of remembered.keys()) ofBrowser.removeItem(name);
    keptKey.forget();
    isCleared = true;
    location.reload();
  },
  get length() {
    return ofTab.names().length;
  },
};

/**
 * A store of the browser. Where it is full, or the browser gives pages none, what is kept is gone with the page.
 *
 * @param {() => Storage} open
 */
function storeOf(open) {
  /** @type {Map<string, string>} */
  const ofPage = new Map();
  /** @type {Storage | undefined} */
  let store;
  try {
    store = open();
  } catch {
    // Blocked.
  }
  return {
    getItem: (/** @type {string} */ name) => ofPage.get(name) ?? store?.getItem(SCOPE + name) ?? null,
    /** @returns {boolean} whether it outlives the page */
    setItem(/** @type {string} */ name, /** @type {string} */ value) {
      ofPage.delete(name);
      try {
        store?.setItem(SCOPE + name, value);
        if (store) return true;
      } catch {
        // Full. An old value would be worse than none.
        store?.removeItem(SCOPE + name);
      }
      ofPage.set(name, value);
      return false;
    },
    removeItem(/** @type {string} */ name) {
      ofPage.delete(name);
      store?.removeItem(SCOPE + name);
    },
    names() {
      const kept = Object.keys(store ?? {}).filter((name) => name.startsWith(SCOPE));
      return [...new Set([...ofPage.keys(), ...kept.map((name) => name.slice(SCOPE.length))])];
    },
  };
}
