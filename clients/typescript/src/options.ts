// What a client is told when it is made, with what holds where nothing is told.

/** Milliseconds that a timer can wait: a longer one would not wait at all. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

/** What a client is told. */
export interface ClientOptions {
  /** Where the gateway is: `https://gateway.example.com`, with a path where it is below one. */
  url: string;
  /** The API key: it is sent as `Authorization: Bearer`, and in no URL. */
  apiKey: string;
  /** Sends a request; the `fetch` of the platform unless told. */
  fetch?: ((request: Request) => Promise<Response>) | undefined;
  /** Milliseconds that each try may take, until its answer is read; 30,000 unless told. */
  timeout?: number | undefined;
  /** How often a request is sent again where that is safe; 2 unless told, 0 for never. */
  maxRetries?: number | undefined;
}

/** The same, complete. */
export type Settings = { readonly [Name in keyof ClientOptions]-?: NonNullable<ClientOptions[Name]> };

/**
 * Completes the options of a client.
 *
 * @throws TypeError for a URL that is none, a key that no header can hold, or a number that is too small or too large
 */
export function settingsOf({
  url,
  apiKey,
  fetch = (request) => globalThis.fetch(request),
  timeout = 30_000,
  maxRetries = 2,
}: ClientOptions): Settings {
  if (!isAddress(url)) throw new TypeError('url must be an http(s) URL, with a path at most');
  if (!/^[\x21-\x7e]+$/.test(apiKey)) throw new TypeError('apiKey must be the key, without anything around it');
  if (!(timeout > 0 && timeout <= LONGEST_TIMEOUT))
    throw new TypeError(`timeout must be a number of milliseconds above 0, and ${LONGEST_TIMEOUT} at most`);
  if (!Number.isInteger(maxRetries) || maxRetries < 0) throw new TypeError('maxRetries must be a whole number from 0');
  return { url: url.replace(/\/+$/, ''), apiKey, fetch, timeout, maxRetries };
}

function isAddress(url: string): boolean {
  if (!/^https?:\/\/[^?#]+$/.test(url) || !URL.canParse(url)) return false;
  const { username, password } = new URL(url);
  return username === '' && password === '';
}
