// GraphiQL in the browser: which operations it opens with, and the address that opens them again.
import { askForKey, nameKey, onUnkeptKey, pageKey, send, takeKeyFrom } from './api-key.js';
import { element, settings } from './page.js';
import { storage, TABS_NAME } from './storage.js';

/**
 * One tab of GraphiQL, as GraphiQL itself keeps it.
 *
 * @typedef {object} Tab
 * @property {string} id
 * @property {string} title
 * @property {string | null} query
 * @property {string | null} variables
 * @property {string | null} headers
 * @property {string | null} operationName
 * @property {string | null} response
 *
 * @typedef {{ tabs: Tab[], activeTabIndex: number }} Tabs
 */

/** Characters of an address that every proxy takes. Longer operations stay out of it. */
const LONGEST_ADDRESS = 4_000;
/** Tabs that links have opened and that are kept; the oldest go. */
const MOST_LINKS = 10;
/** What the id of such a tab begins with. */
const OF_LINK = 'link-';

/**
 * @param {Partial<Tab> & { query: string }} tab
 * @returns {Tab}
 */
function newTab({ query, variables = null, operationName = null }) {
  const [, , name] = /^(?!#).*?(query|subscription|mutation)\s+(\w+)/m.exec(query) ?? [];
  const title = operationName ?? name ?? '<untitled>';
  return {
    id: crypto.randomUUID?.() ?? `${Math.random()}`,
    title,
    query,
    variables,
    headers: null,
    operationName,
    response: null,
  };
}

/**
 * What GraphiQL takes for a tab; among others it would keep none.
 *
 * @param {unknown} kept
 */
function isTab(kept) {
  if (typeof kept !== 'object' || kept === null) return false;
  const { id, title, query, variables, headers, operationName, response } = /** @type {Tab} */ (kept);
  return (
    [id, title].every((value) => typeof value === 'string') &&
    [query, variables, headers, operationName, response].every((value) => value === null || typeof value === 'string')
  );
}

/** @returns {Tabs} what was open before, or the examples */
function keptTabs() {
  try {
    const { tabs, activeTabIndex } = JSON.parse(storage.getItem(TABS_NAME) ?? '');
    if (tabs.length > 0 && tabs.every(isTab) && tabs[activeTabIndex]) return { tabs, activeTabIndex };
  } catch {
    // Nothing was kept, or by another GraphiQL.
  }
  return { tabs: settings.examples.map((query) => newTab({ query })), activeTabIndex: 0 };
}

/**
 * What GraphiQL opens with: what was open before, and what the address names.
 *
 * @param {URLSearchParams} address
 * @returns {Tabs}
 */
function tabsToOpen(address) {
  const { tabs, activeTabIndex } = keptTabs();
  const [query, variables, operationName] = ['query', 'variables', 'operationName'].map((name) => address.get(name));
  if (query === null && variables === null) return { tabs, activeTabIndex };
  const named = newTab({ query: query ?? '', variables, operationName });
  const isNamed = (/** @type {Tab} */ tab) =>
    (tab.query ?? '') === named.query && (tab.variables || '') === (named.variables || '');
  const found = tabs.findIndex(isNamed);
  if (found < 0) {
    const links = tabs.filter(({ id }) => id.startsWith(OF_LINK));
    const kept = links.length < MOST_LINKS ? tabs : tabs.filter((tab) => tab !== links[0]);
    return { tabs: [...kept, { ...named, id: OF_LINK + named.id }], activeTabIndex: kept.length };
  }
  const again = { ...tabs[found], ...(operationName && { operationName, title: operationName }) };
  return { tabs: tabs.with(found, /** @type {Tab} */ (again)), activeTabIndex: found };
}

/**
 * Makes the address one that opens a tab, here and for whoever it is sent to.
 *
 * @param {Tab} tab
 */
function showInAddress({ query, variables, operationName }) {
  const search = new URLSearchParams();
  if (query) search.set('query', query);
  if (variables) search.set('variables', variables);
  if (query && operationName) search.set('operationName', operationName);
  const address = new URL(location.href);
  address.search = search.toString();
  if (address.href.length > LONGEST_ADDRESS) address.search = '';
  history.replaceState(history.state, '', address);
}

/**
 * The words of a document and where they stand, as the editor's own lexer sees them; comments and strings left out.
 *
 * @param {any} monaco
 * @param {string} text
 * @returns {Generator<{ word: string, place: { lineNumber: number, column: number } }>}
 */
function* wordsOf(monaco, text) {
  const lines = text.split(/\r\n|\r|\n/);
  for (const [row, tokens] of monaco.editor.tokenize(text, 'graphql').entries()) {
    const line = lines[row] ?? '';
    for (const [i, { type, offset }] of tokens.entries()) {
      const word = line.slice(offset, tokens[i + 1]?.offset ?? line.length).trim();
      if (word === '' || /comment|string/.test(type)) continue;
      yield { word, place: { lineNumber: row + 1, column: offset + 2 } };
    }
  }
}

/**
 * Where an operation begins in what an editor shows.
 *
 * @param {any} monaco
 * @param {string} text
 * @param {string} operationName
 * @returns {{ lineNumber: number, column: number } | undefined}
 */
function placeOf(monaco, text, operationName) {
  let depth = 0;
  /** Where the keyword of an operation stands, when it is the last that was read. */
  let keyword;
  for (const { word, place } of wordsOf(monaco, text)) {
    if (keyword && word === operationName) return keyword;
    keyword = depth === 0 && ['query', 'mutation', 'subscription'].includes(word) ? place : undefined;
    for (const character of word) depth += Number('({['.includes(character)) - Number(')}]'.includes(character));
  }
  return undefined;
}

/**
 * Puts the cursor into the operation that a link names: GraphiQL runs the one that the cursor stands in.
 *
 * @param {Tab} tab
 */
function placeCursor({ operationName }) {
  const { monaco } = /** @type {any} */ (window);
  const editor = monaco.editor
    .getEditors()
    .find((/** @type {any} */ one) => one.getModel()?.uri.path.endsWith('operation.graphql'));
  const place = operationName && placeOf(monaco, editor?.getValue() ?? '', operationName);
  if (place) editor.setPosition(place);
}

/**
 * An operation without a name that its document does not hold. GraphiQL reads the name a moment after a change of tab: run within
 * it, the document of the new tab is given the name of the one before.
 *
 * @template {{ query: string, operationName?: string }} Operation
 * @param {any} monaco
 * @param {Operation} operation
 * @returns {Operation}
 */
function withoutStaleName(monaco, operation) {
  const { query, operationName } = operation;
  if (!operationName || placeOf(monaco, query, operationName)) return operation;
  return { ...operation, operationName: undefined };
}

/** @param {string} message */
function say(message) {
  element('root').textContent = message;
}

function start() {
  const address = new URLSearchParams(location.search);
  takeKeyFrom(address);
  nameKey(null);
  element('key-button').onclick = () => askForKey();
  element('introspection-note').hidden = settings.introspection;
  let isLoading = false;
  const load = () => {
    nameKey(null);
    if (!isLoading) loadGraphiQL(() => open(tabsToOpen(address)));
    isLoading = true;
  };
  onUnkeptKey(load);
  if (pageKey() !== undefined) return load();
  say('GraphiQL needs an API key to read the schema and to run operations.');
  askForKey();
}

/** @param {() => void} then */
function loadGraphiQL(then) {
  const { scripts } = settings;
  const page = /** @type {any} */ (window);
  page.MonacoEnvironment = {
    globalAPI: true,
    getWorkerUrl: (/** @type {unknown} */ _, /** @type {keyof typeof scripts} */ label) =>
      scripts[label] ?? scripts.editorWorkerService,
  };
  const script = document.createElement('script');
  script.src = scripts.graphiql;
  script.onload = then;
  script.onerror = () => say('GraphiQL could not be loaded. Reload the page.');
  document.head.append(script);
}

/** @param {Tabs} tabs */
async function open(tabs) {
  const page = /** @type {any} */ (window);
  // Loads the lexer.
  await page.monaco.editor.colorize('', 'graphql', {});
  const active = /** @type {Tab} */ (tabs.tabs[tabs.activeTabIndex]);
  if (active.operationName && !placeOf(page.monaco, active.query ?? '', active.operationName))
    Object.assign(active, newTab({ ...active, query: active.query ?? '', operationName: null }), { id: active.id });
  storage.setItem(TABS_NAME, JSON.stringify(tabs));
  nameKey(active.headers);
  page.monaco.editor.onDidCreateEditor((/** @type {any} */ editor) => {
    const placed = editor.onDidChangeModel(() => {
      placed.dispose();
      setTimeout(() => placeCursor(active));
    });
  });
  page.YogaGraphiQL.renderYogaGraphiQL(element('root'), {
    title: 'Customer gateway',
    logo: ' ',
    fetcher: (/** @type {{ query: string, operationName?: string }} */ operation, /** @type {object} */ options) =>
      send(withoutStaleName(page.monaco, operation), options),
    storage,
    ...(!settings.introspection && { schema: null }),
    // Kept by `storage`, hence only in this tab.
    shouldPersistHeaders: true,
    showPersistHeadersSettings: false,
    defaultEditorToolsVisibility: 'variables',
    initialQuery: active.query ?? '',
    initialVariables: active.variables ?? '',
    initialHeaders: active.headers ?? '',
    onEditQuery() {},
    onEditHeaders: nameKey,
    onTabChange(/** @type {Tabs} */ now) {
      const shown = /** @type {Tab} */ (now.tabs[now.activeTabIndex]);
      showInAddress(shown);
      nameKey(shown.headers);
    },
  });
}

start();
