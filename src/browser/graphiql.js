// GraphiQL in the browser: which operations it opens with, what it remembers, and the key that it sends.
import { KEY_NAME, ofTab, storage, TABS_NAME } from './storage.js';

/**
 * What the page says.
 *
 * @typedef {object} Settings
 * @property {string} [sampleKey] - the key to begin with; none outside demo mode
 * @property {string[]} examples - operations to begin with, one a tab
 * @property {{ graphiql: string, editorWorkerService: string, graphql: string, json: string }} scripts - their URLs
 *
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

/** @type {Settings} */
const settings = JSON.parse(element('settings').textContent);

/** @param {string} id */
function element(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/** @returns {string | undefined} the key that requests carry */
function currentKey() {
  return ofTab.getItem(KEY_NAME) ?? settings.sampleKey;
}

/**
 * Request headers with the key in them.
 *
 * @param {string | null} headers - JSON; what is not is left as it is
 */
function withKey(headers) {
  const key = currentKey();
  if (key === undefined) return headers;
  try {
    const others = headers?.trim() ? JSON.parse(headers) : {};
    for (const name of Object.keys(others)) if (name.toLowerCase() === 'authorization') delete others[name];
    return JSON.stringify({ Authorization: `Bearer ${key}`, ...others }, null, 2);
  } catch {
    return headers;
  }
}

/**
 * Takes over a key that was typed among the headers.
 *
 * @param {string} headers
 */
function adoptKey(headers) {
  const [, key] = /"authorization"\s*:\s*"bearer\s+([^"\s]+)"/i.exec(headers) ?? [];
  if (key === undefined || key === currentKey()) return;
  ofTab.setItem(KEY_NAME, key);
  nameKey();
}

/**
 * @param {Partial<Tab> & { query: string }} tab
 * @returns {Tab}
 */
function newTab({ query, variables = null, operationName = null }) {
  const [, , name] = /^(?!#).*(query|subscription|mutation)\s+(\w+)/m.exec(query) ?? [];
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

/** @returns {Tabs} what was open before, or the examples */
function keptTabs() {
  try {
    const kept = JSON.parse(storage.getItem(TABS_NAME) ?? '');
    if (kept.tabs.length > 0 && kept.tabs[kept.activeTabIndex]) return kept;
  } catch {
    // Nothing was kept, or by another GraphiQL.
  }
  return { tabs: settings.examples.map((query) => newTab({ query })), activeTabIndex: 0 };
}

/**
 * What GraphiQL opens with: what was open before, and in front of it what the address names.
 *
 * @param {URLSearchParams} address
 */
function tabsToOpen(address) {
  const { tabs, activeTabIndex } = keptTabs();
  const query = address.get('query');
  let active = activeTabIndex;
  if (query !== null) {
    const named = newTab({ query, variables: address.get('variables'), operationName: address.get('operationName') });
    active = tabs.findIndex((tab) => tab.query === named.query && (tab.variables || '') === (named.variables || ''));
    if (active < 0) active = tabs.push(named) - 1;
  }
  return { tabs: tabs.map((tab) => ({ ...tab, headers: withKey(tab.headers) })), activeTabIndex: active };
}

/**
 * Makes the address one that opens the active tab, here and for whoever it is sent to.
 *
 * @param {Tabs} tabs
 */
function showInAddress({ tabs, activeTabIndex }) {
  const { query, variables, operationName } = /** @type {Tab} */ (tabs[activeTabIndex]);
  const search = new URLSearchParams();
  if (query) search.set('query', query);
  if (query && variables) search.set('variables', variables);
  if (query && operationName) search.set('operationName', operationName);
  replaceSearch(search);
}

/** @param {URLSearchParams} search */
function replaceSearch(search) {
  const address = new URL(location.href);
  address.search = search.toString();
  if (address.href.length > LONGEST_ADDRESS) address.search = '';
  history.replaceState(history.state, '', address);
}

/** Says which key requests carry. */
function nameKey() {
  const key = currentKey();
  const name = key === undefined ? 'none' : key === settings.sampleKey ? 'sample' : `${key.slice(0, 8)}…`;
  element('key-button').textContent = `API key: ${name}`;
}

/**
 * Tells whether the gateway takes a key.
 *
 * @param {string} key
 * @returns {Promise<string | undefined>} why it does not
 */
async function problemOf(key) {
  try {
    const response = await fetch(location.pathname, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${key}` },
      body: JSON.stringify({ query: '{ __typename }' }),
    });
    return response.ok ? undefined : (await response.json()).errors[0].message;
  } catch {
    return 'The gateway cannot be reached.';
  }
}

/** Asks for a key until there is a good one, or nobody wants to give one. */
function askForKey() {
  const dialog = /** @type {HTMLDialogElement} */ (element('key-dialog'));
  const input = /** @type {HTMLInputElement} */ (element('key'));
  const problem = element('key-problem');
  input.value = '';
  problem.textContent = '';
  dialog.onsubmit = async (event) => {
    event.preventDefault();
    const key = input.value.trim();
    const found = await problemOf(key);
    if (found !== undefined) {
      problem.textContent = found;
      return;
    }
    ofTab.setItem(KEY_NAME, key);
    location.reload();
  };
  dialog.showModal();
}

/** @param {string} message */
function say(message) {
  element('root').textContent = message;
}

function start() {
  const address = new URLSearchParams(location.search);
  const given = address.get('apiKey');
  if (given !== null) {
    if (given.trim() !== '') ofTab.setItem(KEY_NAME, given.trim());
    address.delete('apiKey');
    replaceSearch(address);
  }
  nameKey();
  element('key-button').onclick = askForKey;
  if (currentKey() === undefined) {
    say('GraphiQL needs an API key to read the schema and to run operations.');
    askForKey();
    return;
  }
  const { scripts } = settings;
  const script = document.createElement('script');
  script.src = scripts.graphiql;
  script.onload = () => open(tabsToOpen(address));
  script.onerror = () => say('GraphiQL could not be loaded. Reload the page.');
  document.head.append(script);
}

/** @param {Tabs} tabs */
function open(tabs) {
  const active = /** @type {Tab} */ (tabs.tabs[tabs.activeTabIndex]);
  storage.setItem(TABS_NAME, JSON.stringify(tabs));
  const page = /** @type {any} */ (window);
  page.MonacoEnvironment = {
    globalAPI: false,
    getWorkerUrl: (/** @type {unknown} */ _, /** @type {keyof Settings['scripts']} */ label) =>
      settings.scripts[label] ?? settings.scripts.editorWorkerService,
  };
  page.YogaGraphiQL.renderYogaGraphiQL(element('root'), {
    title: 'Customer gateway',
    logo: ' ',
    storage,
    // Kept by `storage`, hence only in this tab.
    shouldPersistHeaders: true,
    defaultHeaders: withKey(null) ?? undefined,
    initialQuery: active.query ?? '',
    initialVariables: active.variables ?? '',
    initialHeaders: active.headers ?? '',
    onEditQuery() {},
    onEditHeaders: adoptKey,
    onTabChange: showInAddress,
  });
}

start();
