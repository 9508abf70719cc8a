// The API key of the page: where it comes from, the dialog that asks for it, and the requests that carry it.
import { element, settings } from './page.js';
import { keptKey } from './storage.js';

/**
 * An answer of the gateway, as far as the page reads it.
 *
 * @typedef {{ errors?: { message: string, extensions?: { code?: string } }[] }} Answer
 */

const UNREACHABLE = 'The gateway cannot be reached.';

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
 * The value of `Authorization` among the headers of a tab; undefined when it has none, or when they are no JSON.
 *
 * @param {string | null} headers - JSON
 * @returns {string | undefined}
 */
function authorizationIn(headers) {
  try {
    const entries = Object.entries(JSON.parse(headers ?? ''));
    const [, value] = entries.find(([name]) => name.toLowerCase() === 'authorization') ?? [];
    return value === undefined ? undefined : String(value);
  } catch {
    return undefined;
  }
}

/**
 * Says which key the requests of the active tab carry.
 *
 * @param {string | null} headers - those of the tab, JSON
 */
export function nameKey(headers) {
  const ofTab = authorizationIn(headers);
  const key = ofTab === undefined ? pageKey() : cleaned(ofTab);
  const name = !key ? 'none' : key === settings.sampleKey ? 'sample' : `${key.slice(0, 8)}…`;
  element('key-button').textContent = `API key: ${name}${ofTab === undefined ? '' : ', of this tab'}`;
}

/**
 * Sends an operation.
 *
 * @param {object} operation
 * @param {Headers} headers
 * @returns {Promise<Answer>}
 */
async function post(operation, headers) {
  headers.set('Content-Type', 'application/json');
  /** @type {Response} */
  let response;
  try {
    response = await fetch(location.pathname, { method: 'POST', headers, body: JSON.stringify(operation) });
  } catch {
    return { errors: [{ message: UNREACHABLE }] };
  }
  return response
    .json()
    .catch(() => ({ errors: [{ message: `Something in between answered with ${response.status}.` }] }));
}

/**
 * Why a key was refused; undefined when it was not. What else went wrong says nothing about the key.
 *
 * @param {Answer} answer
 */
function refusalIn({ errors }) {
  const [error] = errors ?? [];
  const code = error?.extensions?.code ?? '';
  return code.startsWith('PUBLIC_API_KEY_') && code !== 'PUBLIC_API_KEY_SCOPE_NOT_ALLOWED' ? error?.message : undefined;
}

/**
 * The key that was refused last, and with which answer: it is not sent again, since refusals count as guesses.
 *
 * @type {{ key: string, answer: Answer } | undefined}
 */
let refused;

/**
 * Sends what GraphiQL runs, with the key of the page unless the tab has one of its own. Where that of the page is refused, asks for another.
 *
 * @param {object} operation
 * @param {{ headers?: Record<string, string> }} [options]
 * @returns {Promise<Answer>}
 */
export async function send(operation, options) {
  const headers = new Headers(options?.headers);
  const key = headers.has('authorization') ? undefined : pageKey();
  if (key === undefined) return post(operation, headers);
  if (refused?.key === key) return refused.answer;
  if (!canBeSent(key)) {
    const answer = { errors: [{ message: NOT_A_KEY }] };
    refused = { key, answer };
    askForKey(NOT_A_KEY);
    return answer;
  }
  headers.set('Authorization', `Bearer ${key}`);
  const answer = await post(operation, headers);
  const reason = refusalIn(answer);
  if (reason !== undefined) {
    refused = { key, answer };
    askForKey(reason);
  }
  return answer;
}

const NOT_A_KEY = 'This does not have the form of an API key.';

/** @param {string} key */
function canBeSent(key) {
  return /^[\x21-\x7e]+$/.test(key);
}

/**
 * Tells why the gateway does not take a key; undefined when it does.
 *
 * @param {string} key
 */
async function problemOf(key) {
  if (!canBeSent(key)) return NOT_A_KEY;
  const answer = await post({ query: '{ __typename }' }, new Headers({ Authorization: `Bearer ${key}` }));
  const [error] = answer.errors ?? [];
  return refusalIn(answer) ?? (error?.message === UNREACHABLE ? UNREACHABLE : undefined);
}

/**
 * Asks for a key until there is a good one, or nobody wants to give one. With a good one the page loads again.
 *
 * @param {string} [reason] - why one is asked for
 */
export function askForKey(reason = '') {
  const dialog = /** @type {HTMLDialogElement} */ (element('key-dialog'));
  const input = /** @type {HTMLInputElement} */ (element('key'));
  const problem = element('key-problem');
  input.value = '';
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
    const found = await problemOf(key);
    if (found !== undefined) {
      problem.textContent = found;
      return;
    }
    keptKey.set(key);
    location.reload();
  };
  if (!dialog.open) dialog.showModal();
}
