// Calls the REST API: openapi-fetch, whose answers are data or a GatewayError.
import createClient, { type Client, type FetchResponse, type MaybeOptionalInit } from 'openapi-fetch';
import { errorOfAnswer, membersOf } from './error.ts';
import type { paths } from './generated/rest.ts';
import { type ClientOptions, type Settings, settingsOf } from './options.ts';
import { withRetries } from './retry.ts';
import { parsed, type RequestEnds, send } from './transport.ts';

type Media = `${string}/${string}`;

/** The paths that have a method. */
type PathsWith<Method extends 'get' | 'post'> = {
  [Path in keyof paths]: paths[Path] extends { [Key in Method]: object } ? Path : never;
}[keyof paths];

/** The arm of openapi-fetch's answer that has data: the other one is thrown. */
type Succeeded<Answer> = Answer extends { data: infer Data; response: Response }
  ? { data: Data; response: Response }
  : never;

/** Options of openapi-fetch that would go past `call`: without the key, or with it to another host. */
interface NotPerCall {
  fetch?: never;
  baseUrl?: never;
}

/** The parameters, the body and the options of a call; undefined where a path needs none. */
type InitOf<Path extends keyof paths, Name extends 'get' | 'post'> =
  MaybeOptionalInit<paths[Path], Name> extends infer Init ? (Init extends object ? Init & NotPerCall : Init) : never;

/**
 * Calls an endpoint by its path, with the parameters and the body that it has.
 *
 * @throws GatewayError for each answer but 2xx
 */
type Method<Name extends 'get' | 'post'> = <Path extends PathsWith<Name>, Init extends InitOf<Path, Name>>(
  path: Path,
  ...init: undefined extends Init ? [init?: Init] : [init: Init]
) => Promise<Succeeded<FetchResponse<Extract<paths[Path][Name], Record<string, unknown>>, Init, Media>>>;

/** The REST API, typed by its paths. */
export interface RestClient extends Pick<Client<paths>, 'use' | 'eject'> {
  GET: Method<'get'>;
  POST: Method<'post'>;
}

/**
 * Makes a client of the REST API alone.
 *
 * @throws TypeError for options that cannot be
 */
export function createRestClient(options: ClientOptions): RestClient {
  const settings = settingsOf(options);
  const { GET, POST, use, eject } = createClient<paths>({
    baseUrl: settings.url,
    fetch: (request) => call(request, settings),
  });
  // What fails is thrown by `call`, so that there is always data.
  return { GET: withoutBypass(GET), POST: withoutBypass(POST), use, eject } as unknown as RestClient;
}

type AnyMethod = (path: never, init: never) => Promise<unknown>;

/** Drops the options that the types refuse: JavaScript may hand them over all the same. */
function withoutBypass(method: AnyMethod): AnyMethod {
  return (path, init) => method(path, { ...(init as object), fetch: undefined, baseUrl: undefined } as never);
}

async function call(given: Request, settings: Settings): Promise<Response> {
  const { method, headers, signal } = given;
  const reads = method === 'GET' || method === 'HEAD';
  if (!reads && !headers.has('idempotency-key')) headers.set('idempotency-key', crypto.randomUUID());
  // Empty stands for none: openapi-fetch has no other way to say so that can be told from saying nothing.
  if (headers.get('idempotency-key') === '') headers.delete('idempotency-key');
  const body = reads ? undefined : await given.arrayBuffer();
  return withRetries(
    async () => {
      const requestWith = (ends: RequestEnds) => new Request(given, { body, ...ends });
      const { response, text } = await send(requestWith, settings, signal);
      const answer = parsed(text);
      if (!response.ok || answer === undefined)
        throw errorOfAnswer({ response, written: membersOf(answer).error }, settings.url);
      return new Response(text, response);
    },
    { isSafe: reads || headers.has('idempotency-key'), maxRetries: settings.maxRetries, signal },
  );
}
