// The page of the REST reference: the viewer in the colours of the pages, and the key of what is tried.
import { askForKey, nameKey, onKey, pageKey, takeKeyFrom } from './api-key.js';
import { element } from './page.js';
import { prepareDocument, shownAuthorization } from './reference.js';
import { writeCurl } from './samples.js';

/**
 * The elements of RapiDoc, as far as the page uses them.
 *
 * @typedef {HTMLElement & { updateComplete: Promise<unknown>, loadSpec(document: object): Promise<void>, setApiKey(scheme: string, key: string): void }} Viewer
 * @typedef {HTMLElement & { updateComplete: Promise<unknown>, clearResponseData(): void }} RequestForm
 */

/** @returns {Viewer} */
function viewer() {
  return /** @type {any} */ (document.querySelector('rapi-doc'));
}

/** Has what is tried carry the key of the page, if there is one. */
function carryKey() {
  const key = pageKey();
  if (key !== undefined) viewer().setApiKey('apiKeyAsBearer', key);
  nameKey(null);
}

/** Asks for a key before something is tried without one, and tries it once there is one. */
function askBeforeTries() {
  /** @type {RequestForm | undefined} */
  let waiting;
  viewer().addEventListener('before-try', (event) => {
    if (pageKey() !== undefined) return;
    waiting = /** @type {RequestForm} */ (event.composedPath()[0]);
    /** @type {CustomEvent<{ controller: AbortController }>} */ (event).detail.controller.abort();
    askForKey('An API key is needed to try this.');
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
  element('key-button').onclick = () => {
    waiting = undefined;
    askForKey();
  };
}

/** Has the command of what was tried be one that a shell takes as it stands: the viewer's own does not quote. */
function quoteCommands() {
  const { prototype } = /** @type {any} */ (customElements.get('api-request'));
  prototype.generateCURLSyntax = (
    /** @type {string} */ url,
    /** @type {Headers} */ given,
    /** @type {{ method: string, body?: string | URLSearchParams | FormData }} */ { method, body },
  ) => {
    const headers = Object.fromEntries(given);
    if (headers.authorization) headers.authorization = shownAuthorization;
    return writeCurl({ method, url, headers, body });
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

/** On a phone, what fields are called takes half of the screen. */
const narrow = new CSSStyleSheet();
narrow.replaceSync(
  '@media (max-width: 600px) { .m-table td:first-child { width: 100px !important; overflow-wrap: anywhere; } }',
);

/** Gives what the viewer shows names that are read aloud: it gives none to its list of endpoints, and to the fields of what is tried. */
function nameParts() {
  const shown = viewer().shadowRoot;
  // Those that are too wide are scrolled by the keyboard, too.
  for (const code of shown?.querySelectorAll('pre') ?? []) code.tabIndex = 0;
  const list = shown?.querySelector('nav');
  if (list) list.ariaLabel = 'Endpoints';
  for (const { shadowRoot } of shown?.querySelectorAll('api-request') ?? []) {
    if (shadowRoot && !shadowRoot.adoptedStyleSheets.includes(narrow)) shadowRoot.adoptedStyleSheets.push(narrow);
    for (const field of shadowRoot?.querySelectorAll('input, textarea, select') ?? [])
      field.ariaLabel ??= field.getAttribute('data-pname') ?? (field.matches('select') ? 'Type of the body' : 'Body');
  }
}

async function open() {
  takeKeyFrom(new URLSearchParams(location.search));
  nameKey(null);
  dress();
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', dress);
  askBeforeTries();
  viewer().addEventListener('spec-loaded', () => setTimeout(nameParts));
  viewer().addEventListener('change', () => setTimeout(nameParts));
  await customElements.whenDefined('rapi-doc');
  quoteCommands();
  const answer = await fetch('openapi.json');
  await viewer().loadSpec(prepareDocument(await answer.json()));
  carryKey();
}

open();
