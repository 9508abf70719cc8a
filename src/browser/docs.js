// The page of the REST reference: the viewer in the colours of the pages, and the key of what is tried.
import { askForKey, keyProblem, keyRefusal, nameKey, onKey, pageKey, takeKeyFrom } from './api-key.js';
import { element } from './page.js';
import { BEARER_SCHEME, prepareDocument } from './reference.js';
import { curlOfFetch } from './samples.js';
import { pageBase, shownAuthorization, shownBase } from './shown.js';

/**
 * The elements of RapiDoc, as far as the page uses them.
 *
 * @typedef {HTMLElement & { updateComplete: Promise<unknown>, loadSpec(document: object): Promise<void>, setApiKey(scheme: string, key: string): void }} Viewer
 * @typedef {HTMLElement & { updateComplete: Promise<unknown>, responseStatus: string, activeResponseTab: string, clearResponseData(): void }} RequestForm
 */

/** @returns {Viewer} */
function viewer() {
  return /** @type {any} */ (document.querySelector('rapi-doc'));
}

/** Gives the viewer the key of the page, which its requests then carry. */
function carryKey() {
  const key = pageKey();
  if (key !== undefined && keyProblem() === undefined) viewer().setApiKey(BEARER_SCHEME, key);
  nameKey();
}

/** Asks for a key before something is tried without one, and tries it once there is one. */
function askBeforeTries() {
  /** @type {RequestForm | undefined} */
  let waiting;
  viewer().addEventListener('before-try', (event) => {
    const problem = keyProblem();
    if (problem === undefined) return;
    waiting = /** @type {RequestForm} */ (event.composedPath()[0]);
    /** @type {CustomEvent<{ controller: AbortController }>} */ (event).detail.controller.abort();
    askForKey(problem);
  });
  // Nothing was sent: there is nothing to show.
  viewer().addEventListener('request-aborted', () => setTimeout(() => waiting?.clearResponseData()));
  onKey(async () => {
    carryKey();
    const form = waiting;
    waiting = undefined;
    await viewer().updateComplete;
    await form?.updateComplete;
    /** @type {HTMLElement | null | undefined} */ (form?.shadowRoot?.querySelector('[part~="btn-try"]'))?.click();
  });
  viewer().addEventListener('after-try', (event) => {
    /** @type {{ responseStatus?: boolean, responseBody?: { error?: import('./api-key.js').RestError } }} */
    const { responseStatus, responseBody } = /** @type {CustomEvent} */ (event).detail;
    if (responseStatus) return;
    const form = /** @type {RequestForm} */ (event.composedPath()[0]);
    // The viewer shows every answer as a success, and below the tab that was looked at last.
    form.responseStatus = 'error';
    form.activeResponseTab = 'response';
    const reason = responseBody?.error && keyRefusal(responseBody.error);
    if (reason) askForKey(reason);
  });
  element('key-button').onclick = () => {
    waiting = undefined;
    askForKey();
  };
}

/**
 * Writes the command of a request that was tried in the viewer's place: its own quotes nothing, and shows the caller's key.
 *
 * @throws Error where there is no viewer, or one that writes it elsewhere
 */
function quoteCommands() {
  // Its script runs before this one, or has failed.
  const { prototype } = /** @type {any} */ (customElements.get('api-request') ?? {});
  if (typeof prototype?.generateCURLSyntax !== 'function') throw new Error('RapiDoc is missing, or another one');
  prototype.generateCURLSyntax = (
    /** @type {string} */ url,
    /** @type {Headers} */ given,
    /** @type {{ method: string, body?: string | URLSearchParams | FormData }} */ { method, body },
  ) => {
    const headers = Object.fromEntries(given);
    if (headers.authorization) headers.authorization = shownAuthorization;
    return curlOfFetch(url.replace(pageBase, shownBase), { method, headers, body });
  };
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

/** On a phone, the names of fields stand above them: beside them they would take half of the screen. */
const narrow = new CSSStyleSheet();
narrow.replaceSync(
  '@media (max-width: 600px) { .m-table :is(tr, td) { display: block; width: 100% !important; } .m-table :is(.param-name, .param-type) { text-align: start; } .m-table td:empty { display: none; } }',
);

/**
 * Gives the fields of a form names that screen readers say, and lets the keyboard scroll what is wide.
 *
 * @param {ParentNode} form
 */
function nameFields(form) {
  for (const field of form.querySelectorAll('input, textarea, select'))
    field.ariaLabel ??= field.getAttribute('data-pname') ?? (field.matches('select') ? 'Type of the body' : 'Body');
  for (const code of form.querySelectorAll('pre')) code.tabIndex = 0;
  for (const text of form.querySelectorAll('pre .token.string')) linkPage(text);
}

/**
 * Makes the page of an error a link, where an answer names it.
 *
 * @param {Element} text - a string of JSON
 */
function linkPage(text) {
  const [, base, path] = /^"([^"]*)(\/errors\/[A-Z_]+)"$/.exec(text.textContent ?? '') ?? [];
  if (path === undefined || text.querySelector('a') || (base !== '' && base !== shownBase)) return;
  const link = Object.assign(document.createElement('a'), { href: `${base || pageBase}${path}`, target: '_blank' });
  link.textContent = `${base}${path}`;
  text.replaceChildren('"', link, '"');
}

/** Completes what the viewer shows, which has no names for its list of endpoints and for its fields; each form again whenever it changes. */
function completeViewer() {
  const shown = viewer().shadowRoot;
  for (const code of shown?.querySelectorAll('pre') ?? []) code.tabIndex = 0;
  const list = shown?.querySelector('nav');
  if (list) list.ariaLabel = 'Endpoints';
  for (const { shadowRoot } of shown?.querySelectorAll('api-request') ?? []) {
    if (!shadowRoot) continue;
    shadowRoot.adoptedStyleSheets.push(narrow);
    nameFields(shadowRoot);
    new MutationObserver(() => nameFields(shadowRoot)).observe(shadowRoot, { childList: true, subtree: true });
  }
}

/** @throws Error when something that the page needs did not load */
async function open() {
  takeKeyFrom(new URLSearchParams(location.search));
  nameKey();
  dress();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', dress);
  askBeforeTries();
  viewer().addEventListener('spec-loaded', () => setTimeout(completeViewer), { once: true });
  quoteCommands();
  const answer = await fetch('openapi.json');
  await viewer().loadSpec(prepareDocument(await answer.json()));
  carryKey();
}

/** Leads to the document where the viewer cannot show it. */
function showFailure() {
  const message = document.createElement('p');
  message.role = 'alert';
  message.append('The reference could not be loaded. Reload the page, or read ');
  message.append(
    Object.assign(document.createElement('a'), { href: 'openapi.json', textContent: 'the OpenAPI document' }),
  );
  message.append('.');
  viewer().replaceWith(message);
}

open().catch(showFailure);
