// GraphiQL in the browser: which operations it opens with, and the address that opens them again.
import { askForKey, nameKey, onKey, pageKey, send, takeKeyFrom } from './api-key.js';
import { element, settings } from './page.js';
import { pageBase, shownAuthorization, shownBase } from './shown.js';
import { storage, TABS_NAME } from './storage.js';
import { askViewer, followViewer, showViewerUnless } from './viewer.js';

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

/** @returns {Tabs & { isFirst: boolean }} what was open before, or examples for a first visit */
function keptTabs() {
  try {
    const { tabs, activeTabIndex } = JSON.parse(storage.getItem(TABS_NAME) ?? '');
    if (tabs.length > 0 && tabs.every(isTab) && tabs[activeTabIndex]) return { tabs, activeTabIndex, isFirst: false };
  } catch {
    // Nothing was kept, or by another GraphiQL.
  }
  const tabs = settings.first.map(({ query, variables }) =>
    newTab({ query, variables: variables ? JSON.stringify(variables, null, 2) : null }),
  );
  return { tabs, activeTabIndex: 0, isFirst: true };
}

/**
 * What GraphiQL opens with: what was open before, and what the address names.
 *
 * @param {URLSearchParams} address
 * @returns {Tabs & { isFirst: boolean }}
 */
function tabsToOpen(address) {
  const { tabs, activeTabIndex, isFirst } = keptTabs();
  const [query, variables, operationName] = ['query', 'variables', 'operationName'].map((name) => address.get(name));
  if (query === null && variables === null) return { tabs, activeTabIndex, isFirst };
  const named = newTab({ query: query ?? '', variables, operationName });
  const isNamed = (/** @type {Tab} */ tab) =>
    (tab.query ?? '') === named.query && (tab.variables || '') === (named.variables || '');
  const found = tabs.findIndex(isNamed);
  if (found < 0) {
    const links = tabs.filter(({ id }) => id.startsWith(OF_LINK));
    const kept = links.length < MOST_LINKS ? tabs : tabs.filter((tab) => tab !== links[0]);
    return { tabs: [...kept, { ...named, id: OF_LINK + named.id }], activeTabIndex: kept.length, isFirst };
  }
  const again = { ...tabs[found], ...(operationName && { operationName, title: operationName }) };
  return { tabs: tabs.with(found, /** @type {Tab} */ (again)), activeTabIndex: found, isFirst };
}

/**
 * The address that opens an operation, here and for whoever it is sent to.
 *
 * @param {Pick<Tab, 'query' | 'variables' | 'operationName'>} operation
 * @returns {string | undefined} undefined for one that is too long
 */
function linkOf({ query, variables, operationName }) {
  const search = new URLSearchParams();
  if (query) search.set('query', query);
  if (variables) search.set('variables', variables);
  if (query && operationName) search.set('operationName', operationName);
  const address = new URL(location.href);
  address.search = search.toString();
  return address.href.length > LONGEST_ADDRESS ? undefined : address.href;
}

/** @param {Tab} tab */
function showInAddress(tab) {
  history.replaceState(history.state, '', linkOf(tab) ?? location.pathname);
}

/** @param {import('./api-key.js').TabHeaders} headers - those of the tab that is shown */
function showKey(headers) {
  nameKey(headers);
  showViewerUnless(headers);
}

/** @param {string} message */
function say(message) {
  element('root').textContent = message;
}

function start() {
  const address = new URLSearchParams(location.search);
  takeKeyFrom(address);
  nameKey();
  followViewer();
  element('key-button').onclick = () => askForKey();
  element('introspection-note').hidden = settings.introspection;
  let isLoading = false;
  const load = () => {
    nameKey();
    if (!isLoading) loadGraphiQL(() => open(tabsToOpen(address)));
    isLoading = true;
  };
  onKey((isKept) => (isKept ? location.reload() : load()));
  preload();
  if (pageKey() !== undefined) return load();
  say('GraphiQL needs an API key to read the schema and to run operations. ');
  const button = Object.assign(document.createElement('button'), { type: 'button', textContent: 'Enter a key' });
  button.onclick = () => askForKey();
  element('root').append(button);
  askForKey();
}

/** Has the browser fetch all at once, whatever needs what. Elements in the document itself could not under the page's policy. */
function preload() {
  for (const href of [settings.scripts.main, ...settings.scripts.preload])
    document.head.append(Object.assign(document.createElement('link'), { rel: 'modulepreload', href }));
}

/** @param {() => void} then */
function loadGraphiQL(then) {
  const script = Object.assign(document.createElement('script'), { type: 'module', src: settings.scripts.main });
  script.onload = then;
  script.onerror = () => say('GraphiQL could not be loaded. Reload the page.');
  document.head.append(script);
}

/** @param {Tabs & { isFirst: boolean }} opened */
function open({ tabs, activeTabIndex, isFirst }) {
  // Put there by the bundle.
  const { openGraphiQL } = /** @type {any} */ (window);
  const examples = fetch(settings.examples).then((response) => response.json());
  if (!settings.introspection) askViewer();
  openGraphiQL({
    root: element('root'),
    tabs,
    activeTabIndex,
    isFirst,
    examples,
    send,
    storage,
    tabsName: TABS_NAME,
    workers: settings.scripts,
    introspection: settings.introspection,
    pageBase,
    shownBase,
    shownAuthorization,
    linkOf,
    newTab,
    onHeaders: showKey,
    onTab: showInAddress,
  });
}

start();
