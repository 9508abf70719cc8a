// Calls the REST API: openapi-fetch, whose answers are data or a GatewayError.
import createClient, { type Client, type FetchResponse, type MaybeOptionalInit } from 'openapi-fetch';
import { errorOfAnswer, type WrittenError } from './error.ts';
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

/**
 * Calls an endpoint by its path, with the parameters and the body that it has.
 *
 * @throws GatewayError for each answer but 2xx
 */
type Method<Name extends 'get' | 'post'> = <
  Path extends PathsWith<Name>,
  Init extends MaybeOptionalInit<paths[Path], Name>,
>(
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
  return { GET, POST, use, eject } as unknown as RestClient;
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
        throw errorOfAnswer({ response, written: writtenIn(answer) }, settings.url);
      return new Response(text, response);
    },
    { isSafe: reads || headers.has('idempotency-key'), maxRetries: settings.maxRetries, signal },
  );
}

function writtenIn(body: unknown): WrittenError {
  return (body as { error?: WrittenError } | null | undefined)?.error ?? {};
}
