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
  set: (/** @type {string} */ key) => ofTab.setItem(KEY_NAME, key),
  forget: () => ofTab.removeItem(KEY_NAME),
};

/**
 * What GraphiQL is given to keep things in.
 *
 * @type {Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'clear' | 'length'>}
 */
export const storage = {
  getItem: (name) => ofTab.getItem(name) ?? (remembered.has(name) ? ofBrowser.getItem(name) : null),
  setItem(name, value) {
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
  },
  get length() {
    return ofTab.names().length;
  },
};

/**
 * A store of the browser, or one in memory for as long as the page where the browser gives pages none. What no longer fits is not kept.
 *
 * @param {() => Storage} open
 */
function storeOf(open) {
  try {
    const store = open();
    return {
      getItem: (/** @type {string} */ name) => store.getItem(name),
      setItem(/** @type {string} */ name, /** @type {string} */ value) {
        try {
          store.setItem(name, value);
        } catch {
          // It is full. An old value would be worse than none.
          store.removeItem(name);
        }
      },
      removeItem: (/** @type {string} */ name) => store.removeItem(name),
      names: () => Object.keys(store),
    };
  } catch {
    /** @type {Map<string, string>} */
    const items = new Map();
    return {
      getItem: (/** @type {string} */ name) => items.get(name) ?? null,
      setItem: (/** @type {string} */ name, /** @type {string} */ value) => void items.set(name, value),
      removeItem: (/** @type {string} */ name) => void items.delete(name),
      names: () => [...items.keys()],
    };
  }
}
