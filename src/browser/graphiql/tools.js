// What stands beside the editor besides GraphiQL's own buttons: a link to the operation, and the operation as a request of a program.
import { ToolbarButton, ToolbarMenu, tryParseJSONC, useGraphiQL, useGraphiQLActions } from '@graphiql/react';
import { Fragment, createElement as h, useEffect, useRef } from 'react';
import { sampleLanguages } from '../samples.js';
import { DocLinks } from './doc-links.js';
import { placeOf } from './operations.js';
import { useOptions } from './options.js';
import { copy, say } from './say.js';
import { ActiveTabInView } from './tabs.js';

const paths = {
  link: 'M10 14a4 4 0 0 0 6 0l3-3a4 4 0 0 0-6-6l-1 1M14 10a4 4 0 0 0-6 0l-3 3a4 4 0 0 0 6 6l1-1',
  code: 'M8 7l-5 5 5 5M16 7l5 5-5 5M14 4l-4 16',
};

/** @param {{ path: string }} props */
function Icon({ path }) {
  const look = {
    fill: 'none',
    stroke: 'currentColor',
    strokeWidth: 1.6,
    strokeLinecap: 'round',
    strokeLinejoin: 'round',
  };
  return h(
    'svg',
    { viewBox: '0 0 24 24', className: 'graphiql-toolbar-icon', 'aria-hidden': true, .../** @type {object} */ (look) },
    h('path', { d: path }),
  );
}

/** @returns {() => { query: string, variables: string, operationName: string | null }} what reads the operation that would run */
function useShown() {
  const { queryEditor, variableEditor, operationName, operations = [] } = useGraphiQL((state) => state);
  return () => {
    const query = queryEditor?.getValue() ?? '';
    const position = queryEditor?.getPosition();
    const at = position ? (queryEditor?.getModel()?.getOffsetAt(position) ?? -1) : -1;
    // Of several, the one that the cursor stands in, as GraphiQL runs it.
    const meant = operations.find(({ loc }) => loc && loc.start <= at && at <= loc.end)?.name?.value ?? operationName;
    const isNamed = meant && operations.length > 1 && placeOf(query, meant);
    return { query, variables: variableEditor?.getValue() ?? '', operationName: isNamed ? meant : null };
  };
}

/**
 * The body of a request that runs an operation.
 *
 * @param {{ query: string, variables: string, operationName: string | null }} operation
 * @returns {object | undefined} undefined where GraphiQL would not send the variables
 */
function bodyOf({ query, variables, operationName }) {
  try {
    const values = tryParseJSONC(variables);
    return { query, ...(values && { variables: values }), ...(operationName && { operationName }) };
  } catch {
    return undefined;
  }
}

function ShareButton() {
  const { linkOf } = useOptions();
  const shown = useShown();
  const share = () => {
    const link = linkOf(shown());
    if (link === undefined) say('This operation is too long for a link.');
    else copy(link, 'Link');
  };
  return h(ToolbarButton, { label: 'Copy a link to this operation', onClick: share }, h(Icon, { path: paths.link }));
}

function CopyMenu() {
  const { shownBase, shownAuthorization } = useOptions();
  const shown = useShown();
  /** @param {import('../samples.js').SampleLanguage} language */
  const copyAs = ({ label, write }) => {
    const body = bodyOf(shown());
    if (!body) return say('The variables are not a JSON object.');
    const headers = { Authorization: shownAuthorization };
    return copy(write({ method: 'POST', url: `${shownBase}/graphql`, headers, body }), `Request with ${label}`);
  };
  return h(
    ToolbarMenu,
    {
      button: h(ToolbarButton, { label: 'Copy as a request of a program' }, h(Icon, { path: paths.code })),
    },
    Object.values(sampleLanguages).map((language) =>
      h(
        ToolbarMenu.Item,
        { key: language.id, onSelect: () => copyAs(language) },
        `Copy as ${language.id === 'node' ? 'fetch' : language.label}`,
      ),
    ),
  );
}

/**
 * Puts the cursor into the operation that a link names: GraphiQL runs the one that the cursor stands in.
 *
 * @param {{ operationName: string | null | undefined }} props
 */
function PlacedCursor({ operationName }) {
  const editor = useGraphiQL((state) => state.queryEditor);
  const { setOperationName } = useGraphiQLActions();
  const isPlaced = useRef(false);
  useEffect(() => {
    if (!editor || isPlaced.current) return;
    isPlaced.current = true;
    const place = operationName && placeOf(editor.getValue(), operationName);
    if (!place) return;
    editor.setPosition(place);
    setOperationName(operationName);
  }, [editor, operationName, setOperationName]);
  return null;
}

/**
 * All tools.
 *
 * @param {{ prettify: import('react').ReactNode, merge: import('react').ReactNode, copy: import('react').ReactNode, opened: string | null | undefined }} props
 */
export function Tools({ prettify, merge, copy: copyQuery, opened }) {
  return [
    h(PlacedCursor, { key: 'cursor', operationName: opened }),
    h(ActiveTabInView, { key: 'tab' }),
    h(DocLinks, { key: 'links' }),
    h(Fragment, { key: 'prettify' }, prettify),
    h(Fragment, { key: 'merge' }, merge),
    h(Fragment, { key: 'copy' }, copyQuery),
    h(Fragment, { key: 'share' }, h(ShareButton)),
    h(Fragment, { key: 'copy-as' }, h(CopyMenu)),
  ];
}
