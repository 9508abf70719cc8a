// The pages of errors, from the answers that name them: `docUrl` is a link.
import { useMonaco } from '@graphiql/react';
import { useEffect } from 'react';

const DOC_URL = /(?<="docUrl": ")[^"\\]+(?=")/;

/** What is given as a path is one of this gateway, which stands right above the page. */
const absolute = (/** @type {string} */ url) => new URL(url.replace(/^\//, './'), location.href).href;

/** Makes links of what answers say of their errors' pages. */
export function DocLinks() {
  const monaco = useMonaco((state) => state.monaco);
  useEffect(() => {
    const registered = monaco?.languages.registerLinkProvider('json', {
      provideLinks: (model) => ({
        links: model.findMatches(DOC_URL.source, false, true, true, null, true).map(({ range, matches }) => ({
          range,
          url: absolute(matches?.[0] ?? ''),
          tooltip: 'What this error means',
        })),
      }),
    });
    return () => registered?.dispose();
  }, [monaco]);
  return null;
}
