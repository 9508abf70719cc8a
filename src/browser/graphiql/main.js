// GraphiQL with our plugins: what the page loads, and opens with what it hands over.
import { HISTORY_PLUGIN } from '@graphiql/plugin-history';
import { tryParseJSONC } from '@graphiql/react';
import { GraphiQL } from 'graphiql';
import { createElement as h } from 'react';
import { createRoot } from 'react-dom/client';
import 'graphiql/graphiql.css';
import '@graphiql/react/style.css';
import '@graphiql/plugin-doc-explorer/style.css';
import '@graphiql/plugin-explorer/style.css';
import '@graphiql/plugin-history/style.css';
import './examples.css';
import { examplesPlugin } from './examples.js';
import { explorer } from './explorer.js';
import { placeOf, withoutStaleName } from './operations.js';
import { OptionsContext } from './options.js';
import { hasRoom } from './room.js';
import { say } from './say.js';
import { Tools } from './tools.js';

/**
 * @typedef {import('./options.js').Options} Options
 * @typedef {import('./options.js').Tab} Tab
 */

const plugins = [examplesPlugin, explorer, HISTORY_PLUGIN];
/** Operations in the history; those that were saved besides. */
const LONGEST_HISTORY = 50;

/**
 * The tab that is shown first. One whose document does not hold the operation that it names runs the first of it.
 *
 * @param {Options} options
 * @returns {Tab}
 */
function openedTab({ tabs, activeTabIndex, newTab }) {
  const tab = /** @type {Tab} */ (tabs[activeTabIndex]);
  const { query, operationName, id } = tab;
  if (operationName && !placeOf(query ?? '', operationName))
    Object.assign(tab, newTab({ ...tab, query: query ?? '', operationName: null }), { id });
  return tab;
}

/**
 * The headers of a tab, by the parser that GraphiQL sends them by; none where it would send nothing.
 *
 * @param {string | null | undefined} headers
 */
function headersIn(headers) {
  try {
    return tryParseJSONC(headers ?? '') ?? {};
  } catch {
    return {};
  }
}

/** Editors in which something can be typed. */
const EDITORS = ':is(.graphiql-query-editor, .graphiql-editor-tool) .monaco-editor';

/** Says once how the keyboard leaves an editor, when Tab is first typed into one. */
function explainTab() {
  let isIndenting = true;
  /** @param {KeyboardEvent} event */
  const explain = ({ key, shiftKey, ctrlKey, target }) => {
    if (!(target instanceof Element && target.closest(EDITORS))) return;
    if (ctrlKey && key.toLowerCase() === 'm') isIndenting = !isIndenting;
    if (key !== 'Tab' || shiftKey || !isIndenting) return;
    removeEventListener('keydown', explain, true);
    say('Tab indents here. Ctrl+M (on a Mac, Ctrl+Shift+M) has it move on.');
  };
  addEventListener('keydown', explain, true);
}

/** @param {Options} options */
function openGraphiQL(options) {
  const { root, tabs, activeTabIndex, isFirst, send, storage, tabsName, workers, introspection } = options;
  /** @type {any} */ (globalThis).MonacoEnvironment = {
    getWorker: (/** @type {unknown} */ _, /** @type {keyof typeof workers} */ label) =>
      new Worker(workers[label] ?? workers.editor, { type: 'module', name: label }),
  };
  const opened = openedTab(options);
  storage.setItem(tabsName, JSON.stringify({ tabs, activeTabIndex }));
  options.onHeaders(headersIn(opened.headers));
  const tools = (/** @type {any} */ parts) => h(Tools, { ...parts, opened: opened.operationName });
  const graphiql = h(
    GraphiQL,
    /** @type {any} */ ({
      fetcher: (/** @type {{ query: string, operationName?: string }} */ operation, /** @type {object} */ how) =>
        send(withoutStaleName(operation), how),
      storage,
      plugins,
      ...(isFirst && hasRoom() && { visiblePlugin: examplesPlugin }),
      maxHistoryLength: LONGEST_HISTORY,
      ...(!introspection && { schema: null }),
      // Kept by `storage`, hence only in this tab.
      shouldPersistHeaders: true,
      showPersistHeadersSettings: false,
      defaultEditorToolsVisibility: 'variables',
      initialQuery: opened.query ?? '',
      initialVariables: opened.variables ?? '',
      initialHeaders: opened.headers ?? '',
      onEditHeaders: (/** @type {string} */ headers) => options.onHeaders(headersIn(headers)),
      onTabChange(/** @type {{ tabs: Tab[], activeTabIndex: number }} */ now) {
        const tab = /** @type {Tab} */ (now.tabs[now.activeTabIndex]);
        options.onTab(tab);
        options.onHeaders(headersIn(tab.headers));
      },
    }),
    h(GraphiQL.Logo, null, ' '),
    h(GraphiQL.Toolbar, null, /** @type {any} */ (tools)),
  );
  explainTab();
  createRoot(root).render(h(OptionsContext.Provider, { value: options }, graphiql));
}

Object.assign(globalThis, { openGraphiQL });
