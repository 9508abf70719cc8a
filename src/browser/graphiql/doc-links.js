// The pages of errors, from the answers that name them: `docUrl` is a link.
import { useGraphiQL, useMonaco } from '@graphiql/react';
import { useEffect } from 'react';
import { useOptions } from './options.js';

/** An error's page, on this gateway or where callers reach it. */
const DOC_URL = '"docUrl": "([^"]*?)(/errors/[A-Z_]+)"';

/**
 * What an answer says of its errors' pages. Values of customers may come from anybody: only pages of this gateway are links.
 *
 * @param {import('monaco-editor').editor.ITextModel} answer
 * @param {{ pageBase: string, shownBase: string }} bases
 */
function linksIn(answer, { pageBase, shownBase }) {
  const found = answer.findMatches(DOC_URL, false, true, true, null, true);
  return found.flatMap(({ range, matches }) => {
    const [, base = '', path = ''] = matches ?? [];
    if (base !== '' && base !== shownBase) return [];
    const start = range.startColumn + '"docUrl": "'.length;
    // A path alone begins where the gateway does, which may be below a path of a proxy.
    return [{ range: range.setStartPosition(range.startLineNumber, start), url: `${base || pageBase}${path}` }];
  });
}

/** Makes those links, and follows them. */
export function DocLinks() {
  const monaco = useMonaco((state) => state.monaco);
  const answers = useGraphiQL((state) => state.responseEditor);
  const { pageBase, shownBase } = useOptions();
  useEffect(() => {
    const node = answers?.getDomNode();
    if (!monaco || !answers || !node) return;
    const bases = { pageBase, shownBase };
    const registered = monaco.languages.registerLinkProvider('json', {
      // Asked for variables and headers, too.
      provideLinks: (model) => ({
        links:
          model === answers.getModel()
            ? linksIn(model, bases).map((link) => ({ ...link, tooltip: 'What this error means' }))
            : [],
      }),
    });
    /**
     * Monaco follows links by Ctrl and a click, which a text that can be changed needs. Answers cannot be, and a finger has no Ctrl.
     *
     * @param {PointerEvent} event
     */
    const follow = ({ button, ctrlKey, metaKey, clientX, clientY }) => {
      if (button !== 0 || ctrlKey || metaKey || !answers.getSelection()?.isEmpty()) return;
      const position = answers.getTargetAtClientPoint(clientX, clientY)?.position;
      const model = answers.getModel();
      const link = position && model && linksIn(model, bases).find(({ range }) => range.containsPosition(position));
      if (link) window.open(link.url, '_blank', 'noopener');
    };
    node.addEventListener('pointerup', follow);
    return () => {
      registered.dispose();
      node.removeEventListener('pointerup', follow);
    };
  }, [monaco, answers, pageBase, shownBase]);
  return null;
}
