// A page, served.
import { publicRoute, type Route } from '../../http/router.ts';
import { StaticFile } from '../../http/static-file.ts';
import { once } from '../../once.ts';
import { mediaTypes } from '../assets.ts';

/** Makes the route of a page, which is written when somebody first asks for it. */
export function servePage(path: string, policy: string, write: () => string): Route {
  const file = once(async () => new StaticFile(mediaTypes.html, write()));
  return publicRoute(path, async (request) => {
    const answer = await (await file()).answer(request);
    return { ...answer, headers: { ...answer.headers, 'Content-Security-Policy': policy } };
  });
}
