// What GraphiQL keeps in the browser: the key and the headers for as long as the tab, what was typed for longer.

/** Where GraphiQL keeps its tabs. */
export const TABS_NAME = 'graphiql:tabState';
const KEY_NAME = 'customer-gateway:api-key';
/** What is remembered beyond the tab of the browser; headers never are, since a key may stand in them. */
const remembered = new Map([
  [
    TABS_NAME,
    (/** @type {string} */ tabs) =>
      JSON.stringify(JSON.parse(tabs), (name, value) => (name === 'headers' ? null : value)),
  ],
  ...['theme', 'visiblePlugin', 'docExplorerFlex', 'editorFlex', 'secondaryEditorFlex'].map(
    (name) => /** @type {[string, (value: string) => string]} */ ([`graphiql:${name}`, (value) => value]),
  ),
]);

const ofTab = storeOf(() => sessionStorage);
const ofBrowser = storeOf(() => localStorage);
// Left by a GraphiQL that kept more: a key, perhaps.
for (const name of ['headers', 'shouldPersistHeaders', 'query', 'variables', 'queries', 'favorites'])
  ofBrowser.removeItem(`graphiql:${name}`);

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
    ofTab.setItem(name, value);
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
    getItem: (/** @type {string} */ name) => ofPage.get(name) ?? store?.getItem(name) ?? null,
    /** @returns {boolean} whether it outlives the page */
    setItem(/** @type {string} */ name, /** @type {string} */ value) {
      ofPage.delete(name);
      try {
        store?.setItem(name, value);
        if (store) return true;
      } catch {
        // Full. An old value would be worse than none.
        store?.removeItem(name);
      }
      ofPage.set(name, value);
      return false;
    },
    removeItem(/** @type {string} */ name) {
      ofPage.delete(name);
      store?.removeItem(name);
    },
    names: () => [...new Set([...ofPage.keys(), ...Object.keys(store ?? {})])],
  };
}
