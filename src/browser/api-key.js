// The API key of the page: where it comes from, the dialog that asks for it, and the requests that carry it.
import { element, settings } from './page.js';
import { keptKey } from './storage.js';

/**
 * An answer of the gateway, as far as the page reads it.
 *
 * @typedef {{ errors?: { message: string, extensions?: { code?: string } }[] }} Answer
 */

/** @returns {string | undefined} the key that requests carry, unless a tab has one of its own among its headers */
export function pageKey() {
  return keptKey.get() ?? settings.sampleKey;
}

/**
 * A key as people paste it: with blanks, invisible characters, quotes, or the word in front of it in a header.
 *
 * @param {string} text
 */
function cleaned(text) {
  return text.replaceAll(/[\s\u200b-\u200f\u2060\ufeff"']/g, '').replace(/^bearer/i, '');
}

/**
 * Takes the key over that an address carries, and takes it out of there.
 *
 * @param {URLSearchParams} address
 */
export function takeKeyFrom(address) {
  const given = address.get('apiKey');
  if (given === null) return;
  const key = cleaned(given);
  if (key !== '') keptKey.set(key);
  address.delete('apiKey');
  const url = new URL(location.href);
  url.search = address.toString();
  history.replaceState(history.state, '', url);
}

/**
 * The headers of a tab of GraphiQL, as GraphiQL reads them.
 *
 * @typedef {Record<string, unknown>} TabHeaders
 */

/**
 * The value of `Authorization` among the headers of a tab; undefined when it has none.
 *
 * @param {TabHeaders} headers
 * @returns {string | undefined}
 */
export function authorizationIn(headers) {
  const [, value] = Object.entries(headers).find(([name]) => name.toLowerCase() === 'authorization') ?? [];
  return value == null ? undefined : String(value);
}

/**
 * Says which key the requests carry.
 *
 * @param {TabHeaders} [headers] - those of the active tab
 */
export function nameKey(headers = {}) {
  const ofTab = authorizationIn(headers);
  const key = ofTab === undefined ? pageKey() : cleaned(ofTab);
  const name = !key ? 'none' : key === settings.sampleKey ? 'sample' : `${key.slice(0, 8)}…`;
  element('key-button').textContent = `API key: ${name}${ofTab === undefined ? '' : ', of this tab'}`;
}

/**
 * What an answer tells of the key that it was asked with.
 *
 * @typedef {object} Heard
 * @property {string} key
 * @property {boolean} isKnownKey - whether the gateway knows it
 * @property {{ limit: number, remaining: number } | undefined} rateLimit - how its limit stands, where the answer tells
 */

/** @type {(heard: Heard) => void} */
let hear = () => {};

/**
 * Has somebody hear of every answer.
 *
 * @param {(heard: Heard) => void} listener
 */
export function onAnswer(listener) {
  hear = listener;
}

/**
 * How a limit stands, as the headers of an answer tell.
 *
 * @param {Headers} headers
 */
function rateLimitIn(headers) {
  const [limit, remaining] = ['limit', 'remaining'].map((name) => headers.get(`x-ratelimit-${name}`));
  return limit == null || remaining == null ? undefined : { limit: Number(limit), remaining: Number(remaining) };
}

/**
 * Sends an operation. Never rejects, since GraphiQL would show the error's stack, with the address that the page was opened with.
 *
 * @param {object} operation
 * @param {Headers} headers
 * @returns {Promise<{ answer: Answer, isKnownKey: boolean }>} the answer, and whether the gateway knows the key that came with it
 */
async function post(operation, headers) {
  headers.set('Content-Type', 'application/json');
  try {
    const response = await fetch('graphql', { method: 'POST', headers, body: JSON.stringify(operation) });
    const answer = await response.json().catch(() => null);
    // Limits are told to a key alone.
    const isKnownKey = response.ok || response.headers.has('x-ratelimit-limit');
    hear({ key: cleaned(headers.get('authorization') ?? ''), isKnownKey, rateLimit: rateLimitIn(response.headers) });
    if (typeof answer !== 'object' || answer === null)
      return {
        answer: failure(`A proxy in front of the gateway answered with ${response.status}.`),
        isKnownKey: false,
      };
    return { answer, isKnownKey };
  } catch {
    return { answer: failure('The gateway cannot be reached.'), isKnownKey: false };
  }
}

/**
 * @param {string} message
 * @returns {Answer}
 */
function failure(message) {
  return { errors: [{ message }] };
}

/**
 * An error, as far as the page reads it.
 *
 * @typedef {{ code?: string, message?: string }} RestError
 */

/**
 * Why a key was refused; undefined when it was not. What else went wrong says nothing about the key.
 *
 * @param {RestError} error
 */
export function keyRefusal({ code, message }) {
  return code?.startsWith('PUBLIC_API_KEY_') && code !== 'PUBLIC_API_KEY_SCOPE_NOT_ALLOWED' ? message : undefined;
}

/** @param {Answer} answer */
function refusalIn({ errors }) {
  const [error] = Array.isArray(errors) ? errors : [];
  return error && keyRefusal({ code: error.extensions?.code, message: error.message });
}

/**
 * Headers of a tab that can be sent; undefined when one of them cannot.
 *
 * @param {Record<string, unknown>} given
 */
function headersOf(given) {
  try {
    const headers = new Headers();
    for (const [name, value] of Object.entries(given)) if (value != null) headers.set(name, String(value));
    return headers;
  } catch {
    return undefined;
  }
}

/** Milliseconds within which GraphiQL asks for the schema once more after a failure. A refusal counts for the brute-force limiter. */
const ASKED_AGAIN = 2_000;

/**
 * The key with which the schema was refused last.
 *
 * @type {{ key: string, answer: Answer, at: number } | undefined}
 */
let refused;

/**
 * Sends what GraphiQL runs, with the key of the page unless the tab has one of its own. Where that of the page is refused, asks for another.
 *
 * @param {{ operationName?: string }} operation
 * @param {{ headers?: Record<string, unknown> }} [options]
 * @returns {Promise<Answer>}
 */
export async function send(operation, options) {
  const headers = headersOf(options?.headers ?? {});
  if (!headers) return failure('The headers of this tab cannot be sent: they hold a character that no header can.');
  if (headers.has('authorization')) return (await post(operation, headers)).answer;
  const key = pageKey();
  const problem = keyProblem();
  if (key === undefined || problem !== undefined) {
    askForKey(problem);
    return failure(problem ?? NO_KEY);
  }
  if (
    operation.operationName === 'IntrospectionQuery' &&
    refused?.key === key &&
    performance.now() - refused.at < ASKED_AGAIN
  )
    return refused.answer;
  headers.set('Authorization', `Bearer ${key}`);
  const { answer } = await post(operation, headers);
  const reason = refusalIn(answer);
  if (reason !== undefined) {
    refused = { key, answer, at: performance.now() };
    askForKey(reason);
  }
  return answer;
}

/**
 * Asks something of the page's own, with its key, and asks for no other key.
 *
 * @param {{ query: string }} operation
 */
export async function ask(operation) {
  const key = pageKey();
  const problem = keyProblem();
  if (key === undefined || problem !== undefined) return failure(problem ?? NO_KEY);
  return (await post(operation, new Headers({ Authorization: `Bearer ${key}` }))).answer;
}

const NO_KEY = 'An API key is needed.';
const NOT_A_KEY = 'This does not have the form of an API key.';

/** @returns {string | undefined} why the key of the page cannot be sent; undefined where it can */
export function keyProblem() {
  const key = pageKey();
  if (key === undefined) return NO_KEY;
  return canBeSent(key) ? undefined : NOT_A_KEY;
}

/** @param {string} key */
function canBeSent(key) {
  return /^[\x21-\x7e]+$/.test(key);
}

/**
 * Tells why a key cannot be used; undefined when the gateway knows it.
 *
 * @param {string} key
 */
async function problemOf(key) {
  if (!canBeSent(key)) return NOT_A_KEY;
  const headers = new Headers({ Authorization: `Bearer ${key}` });
  const { answer, isKnownKey } = await post({ query: '{ __typename }' }, headers);
  return isKnownKey ? undefined : answer.errors?.[0]?.message;
}

/** @type {(isKept: boolean) => void} */
let useKey = () => {};

/**
 * Says what is done once a good key was given.
 *
 * @param {(isKept: boolean) => void} use - hears whether the key outlives the page: if not, the page must not load again
 */
export function onKey(use) {
  useKey = use;
}

/**
 * Asks for a key until there is a good one, or nobody wants to give one.
 *
 * @param {string} [reason] - why one is asked for
 */
export function askForKey(reason = '') {
  const dialog = /** @type {HTMLDialogElement} */ (element('key-dialog'));
  const input = /** @type {HTMLInputElement} */ (element('key'));
  const button = /** @type {HTMLButtonElement} */ (element('key-use'));
  const problem = element('key-problem');
  if (!dialog.open) input.value = '';
  problem.textContent = reason;
  element('key-forget').hidden = keptKey.get() === undefined;
  element('key-cancel').onclick = () => dialog.close();
  element('key-forget').onclick = () => {
    keptKey.forget();
    location.reload();
  };
  dialog.onsubmit = async (event) => {
    event.preventDefault();
    const key = cleaned(input.value);
    button.disabled = true;
    const found = await problemOf(key);
    button.disabled = false;
    if (!dialog.open) return;
    problem.textContent = found ?? '';
    if (found !== undefined) return;
    const isKept = keptKey.set(key);
    dialog.close();
    useKey(isKept);
  };
  if (!dialog.open) dialog.showModal();
}
