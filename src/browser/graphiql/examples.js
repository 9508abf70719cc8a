// The panel of examples: groups and names, each of which opens in a tab.
import { useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { createElement as h, useEffect, useState } from 'react';
import { useOptions } from './options.js';
import { hasRoom } from './room.js';
import { say } from './say.js';

/** @typedef {import('./options.js').Example} Example */

/** @param {Example} example */
const variablesOf = ({ variables }) => (variables ? JSON.stringify(variables, null, 2) : '');

/** @returns {(example: Example) => void} what opens an example: its tab if there is one, else a new one */
function useOpening() {
  const { addTab, changeTab, setVisiblePlugin, updateActiveTabValues } = useGraphiQLActions();
  const { tabs, activeTabIndex, queryEditor, variableEditor } = useGraphiQL((state) => state);
  return (example) => {
    const variables = variablesOf(example);
    const found = tabs.findIndex((tab) => tab.query === example.query && (tab.variables ?? '') === variables);
    if (found >= 0) {
      if (found !== activeTabIndex) changeTab(found);
    } else {
      if (tabs[activeTabIndex]?.query) addTab();
      queryEditor?.setValue(example.query);
      variableEditor?.setValue(variables);
      updateActiveTabValues({ query: example.query, variables, operationName: example.name });
    }
    if (!hasRoom()) setVisiblePlugin(null);
    say(`${example.name} is open.`);
  };
}

/** @param {Example} example */
const kindOf = ({ query }) => (/^mutation /m.test(query) ? 'mutation' : 'query');

/** @param {{ example: Example, onOpen: (example: Example) => void }} props */
function Entry({ example, onOpen }) {
  const { name, about, needsRoot } = example;
  return h(
    'li',
    null,
    h(
      'button',
      { type: 'button', onClick: () => onOpen(example) },
      h('span', { className: 'name' }, name),
      h('span', { className: 'kind' }, kindOf(example)),
      h('span', { className: 'about' }, about),
      needsRoot && h('span', { className: 'needs' }, 'Needs a ROOT key.'),
    ),
  );
}

function Examples() {
  const { examples } = useOptions();
  const [list, setList] = useState(/** @type {Example[] | undefined} */ (undefined));
  const open = useOpening();
  useEffect(() => {
    examples.then(setList, () => setList([]));
  }, [examples]);
  const groups = [...Map.groupBy(list ?? [], ({ group }) => group)];
  return h(
    'section',
    { 'aria-label': 'Examples', className: 'examples' },
    h('h2', null, 'Examples'),
    list?.length === 0 && h('p', null, 'They could not be loaded. Reload the page.'),
    groups.map(([group, members]) =>
      h(
        'section',
        { key: group, 'aria-label': group },
        h('h3', null, group),
        h(
          'ul',
          null,
          members.map((example) => h(Entry, { key: example.name, example, onOpen: open })),
        ),
      ),
    ),
  );
}

/** @param {import('react').SVGProps<SVGSVGElement>} props */
function Icon(props) {
  const lines = { d: 'M9 6h11M9 12h11M9 18h11M4 5l2 1-2 1zM4 11l2 1-2 1zM4 17l2 1-2 1z' };
  const look = { fill: 'none', stroke: 'currentColor', strokeWidth: 1.6, strokeLinejoin: 'round' };
  return h('svg', { viewBox: '0 0 24 24', height: '1em', .../** @type {object} */ (look), ...props }, h('path', lines));
}

/** The plugin. */
export const examplesPlugin = { title: 'Examples', icon: Icon, content: Examples };
