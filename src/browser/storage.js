// What GraphiQL keeps in the browser: the key for as long as the tab, what was typed for longer.

/** @typedef {Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'clear' | 'length'>} Store */

/** Under which name the tab of the browser keeps the key. It is gone with the tab. */
export const KEY_NAME = 'customer-gateway:api-key';
export const TABS_NAME = 'graphiql:tabState';
/** What is remembered beyond the tab of the browser; headers never are, since a key stands in them. */
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

export const ofTab = storeOf(() => sessionStorage);
const ofBrowser = storeOf(() => localStorage);

/**
 * What GraphiQL is given to keep things in.
 *
 * @type {Store}
 */
export const storage = {
  getItem: (name) => ofTab.getItem(name) ?? ofBrowser.getItem(name),
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
    for (const name of remembered.keys()) storage.removeItem(name);
  },
  get length() {
    return ofTab.length;
  },
};

/**
 * A store of the browser, or one in memory where the browser gives pages none.
 *
 * @param {() => Storage} open
 * @returns {Store}
 */
function storeOf(open) {
  try {
    return open();
  } catch {
    const items = new Map();
    return {
      getItem: (name) => items.get(name) ?? null,
      setItem: (name, value) => void items.set(name, value),
      removeItem: (name) => void items.delete(name),
      clear: () => items.clear(),
      get length() {
        return items.size;
      },
    };
  }
}
