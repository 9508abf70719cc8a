// The reference of the REST API: what the viewer is shown of the OpenAPI document, and the key of what is tried.
import { askForKey, nameKey, onUnkeptKey, pageKey, takeKeyFrom } from './api-key.js';
import { element, settings } from './page.js';
import { PLACEHOLDER_KEY, sampleLanguages } from './samples.js';

/**
 * An operation of the document, as far as the page reads it.
 *
 * @typedef {object} Operation
 * @property {{ name: string, in: string, example?: string | number }[]} [parameters]
 * @property {{ content: Record<string, { example?: unknown, examples?: Record<string, { value: unknown }> }> }} [requestBody]
 * @property {{ lang: string, label: string, source: string }[]} [x-codeSamples]
 *
 * @typedef {{ info: { license?: object }, servers: { url: string }[], paths: Record<string, Record<string, Operation>> }} OpenApiDocument
 */

/** Where the gateway is, without a slash at the end: the page stands right below it. */
const base = new URL('.', location.href).href.replace(/\/$/, '');

/**
 * The request that an operation's examples make.
 *
 * @param {string} method
 * @param {string} path
 * @param {Operation} operation
 */
function exampleOf(method, path, { parameters = [], requestBody }) {
  const given = parameters.filter((parameter) => parameter.in === 'query' && parameter.example !== undefined);
  const query = given.map(({ name, example }) => `${name}=${encodeURIComponent(String(example))}`).join('&');
  return {
    method: method.toUpperCase(),
    url: `${base}${path}${query && `?${query}`}`,
    // The caller's own key stays out of what is shown, and pasted elsewhere.
    headers: { Authorization: `Bearer ${settings.sampleKey ?? PLACEHOLDER_KEY}` },
    body: requestBody?.content['application/json']?.example,
  };
}

/**
 * Puts in what the viewer shows besides: samples of code, and examples in the form that it knows.
 *
 * @param {OpenApiDocument} document
 */
function prepare(document) {
  document.servers = [{ url: base }];
  // The viewer has no room for it on a phone.
  delete document.info.license;
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const request = exampleOf(method, path, operation);
      operation['x-codeSamples'] = Object.values(sampleLanguages).map(({ id, label, write }) => ({
        lang: id === 'curl' ? 'shell' : id === 'node' ? 'js' : id,
        label,
        source: write(request),
      }));
      for (const body of Object.values(operation.requestBody?.content ?? {}))
        if (body.example !== undefined) body.examples = { example: { value: body.example } };
    }
  }
  return document;
}

/** @returns {HTMLElement & { loadSpec(document: object): Promise<void> }} */
function viewer() {
  return /** @type {any} */ (document.querySelector('rapi-doc'));
}

/** Has what is tried carry the key of the page, if there is one. */
function carryKey() {
  const key = pageKey();
  viewer().setAttribute('api-key-value', key === undefined ? '' : `Bearer ${key}`);
  nameKey(null);
}

/** Dresses the viewer in the colours of the page. */
function dress() {
  const style = getComputedStyle(document.documentElement);
  const probe = document.createElement('span');
  document.body.append(probe);
  /** @param {string} name */
  const colour = (name) => {
    probe.style.color = `var(${name})`;
    const channels = (getComputedStyle(probe).color.match(/\d+/g) ?? []).slice(0, 3);
    return `#${channels.map((channel) => Number(channel).toString(16).padStart(2, '0')).join('')}`;
  };
  const isDark = matchMedia('(prefers-color-scheme: dark)').matches;
  const attributes = {
    theme: isDark ? 'dark' : 'light',
    'bg-color': colour('--paper'),
    'text-color': colour('--ink'),
    'header-color': colour('--paper'),
    'primary-color': colour('--accent'),
    'nav-bg-color': colour('--raised'),
    'nav-text-color': colour('--ink'),
    'nav-hover-bg-color': colour('--line'),
    'nav-hover-text-color': colour('--ink'),
    'nav-accent-color': colour('--accent'),
    'regular-font': style.getPropertyValue('--sans'),
    'mono-font': style.getPropertyValue('--mono'),
  };
  for (const [name, value] of Object.entries(attributes)) viewer().setAttribute(name, value);
  probe.remove();
}

/** Gives what the viewer shows names that are read aloud: it gives none to its list of endpoints, and to the fields of what is tried. */
function nameParts() {
  const shown = viewer().shadowRoot;
  // Those that are too wide are scrolled by the keyboard, too.
  for (const code of shown?.querySelectorAll('pre') ?? []) code.tabIndex = 0;
  const list = shown?.querySelector('nav');
  if (list) list.ariaLabel = 'Endpoints';
  for (const { shadowRoot } of shown?.querySelectorAll('api-request') ?? []) {
    for (const field of shadowRoot?.querySelectorAll('input, textarea, select') ?? [])
      field.ariaLabel ??= field.getAttribute('data-pname') ?? (field.matches('select') ? 'Type of the body' : 'Body');
  }
}

async function open() {
  takeKeyFrom(new URLSearchParams(location.search));
  dress();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', dress);
  carryKey();
  onUnkeptKey(carryKey);
  element('key-button').onclick = () => askForKey();
  viewer().addEventListener('before-try', (event) => {
    if (pageKey() !== undefined) return;
    /** @type {CustomEvent<{ controller: AbortController }>} */ (event).detail.controller.abort();
    askForKey('An API key is needed to try this.');
  });
  viewer().addEventListener('spec-loaded', () => setTimeout(nameParts));
  viewer().addEventListener('change', () => setTimeout(nameParts));
  await customElements.whenDefined('rapi-doc');
  const answer = await fetch('openapi.json');
  await viewer().loadSpec(prepare(await answer.json()));
}

open();
