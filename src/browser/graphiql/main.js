// GraphiQL with our plugins: what the page loads, and opens with what it hands over.
import { HISTORY_PLUGIN } from '@graphiql/plugin-history';
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
import { say } from './say.js';
import { Tools } from './tools.js';

/**
 * @typedef {import('./options.js').Options} Options
 * @typedef {import('./options.js').Tab} Tab
 */

const plugins = [examplesPlugin, explorer, HISTORY_PLUGIN];
/** Operations in the history; those that were saved besides. */
const LONGEST_HISTORY = 50;
/** Where the window is narrower, a panel would leave no room for the editor. */
const WIDE = '(min-width: 1000px)';

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

/** Says once how the keyboard leaves an editor, when it is first kept there. */
function explainTab() {
  /** @param {KeyboardEvent} event */
  const explain = ({ key, target }) => {
    if (key !== 'Tab' || !(target instanceof Element && target.closest('.monaco-editor'))) return;
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
  options.onEditHeaders(opened.headers ?? '');
  const tools = (/** @type {any} */ parts) => h(Tools, { ...parts, opened: opened.operationName });
  const graphiql = h(
    GraphiQL,
    /** @type {any} */ ({
      fetcher: (/** @type {{ query: string, operationName?: string }} */ operation, /** @type {object} */ how) =>
        send(withoutStaleName(operation), how),
      storage,
      plugins,
      ...(isFirst && matchMedia(WIDE).matches && { visiblePlugin: examplesPlugin }),
      maxHistoryLength: LONGEST_HISTORY,
      ...(!introspection && { schema: null }),
      // Kept by `storage`, hence only in this tab.
      shouldPersistHeaders: true,
      showPersistHeadersSettings: false,
      defaultEditorToolsVisibility: 'variables',
      initialQuery: opened.query ?? '',
      initialVariables: opened.variables ?? '',
      initialHeaders: opened.headers ?? '',
      onEditHeaders: options.onEditHeaders,
      onTabChange: (/** @type {{ tabs: Tab[], activeTabIndex: number }} */ now) =>
        options.onTab(/** @type {Tab} */ (now.tabs[now.activeTabIndex])),
    }),
    h(GraphiQL.Logo, null, ' '),
    h(GraphiQL.Toolbar, null, /** @type {any} */ (tools)),
  );
  explainTab();
  createRoot(root).render(h(OptionsContext.Provider, { value: options }, graphiql));
}

Object.assign(globalThis, { openGraphiQL });
