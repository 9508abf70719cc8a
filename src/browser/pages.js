// Pages to read: code can be copied, samples are tabs, and the first page says whether the gateway is ready.
import { copyText } from './copy-text.js';

/** Shows the buttons that copy, and has them copy. */
function enableCopying() {
  for (const button of document.querySelectorAll('.code .copy')) {
    if (!(button instanceof HTMLButtonElement)) continue;
    const code = button.closest('.code')?.querySelector('code');
    button.hidden = false;
    button.onclick = async () => {
      button.textContent = (await copyText(code?.textContent ?? '')) ? 'Copied' : 'Not allowed';
      setTimeout(() => {
        button.textContent = 'Copy';
      }, 2_000);
    };
  }
}

/**
 * Makes tabs of sections that stand one below the other.
 *
 * @param {Element} set
 */
function makeTabs(set) {
  const panels = /** @type {HTMLElement[]} */ ([...set.children]);
  const list = document.createElement('div');
  list.role = 'tablist';
  list.ariaLabel = set.getAttribute('data-label');
  const tabs = panels.map((panel) => tabOf(panel));
  /** @param {number} chosen */
  const show = (chosen) => {
    for (const [i, panel] of panels.entries()) {
      const tab = /** @type {HTMLElement} */ (tabs[i]);
      tab.ariaSelected = String(i === chosen);
      tab.tabIndex = i === chosen ? 0 : -1;
      panel.hidden = i !== chosen;
    }
  };
  for (const [i, tab] of tabs.entries()) tab.onclick = () => show(i);
  list.onkeydown = ({ key }) => {
    const now = tabs.indexOf(/** @type {HTMLButtonElement} */ (document.activeElement));
    const next = { ArrowRight: now + 1, ArrowLeft: now - 1, Home: 0, End: tabs.length - 1 }[key];
    if (next === undefined) return;
    const chosen = (next + tabs.length) % tabs.length;
    show(chosen);
    tabs[chosen]?.focus();
  };
  list.append(...tabs);
  set.prepend(list);
  set.classList.add('made');
  show(0);
}

/**
 * The tab of a panel, which says no longer itself what it is.
 *
 * @param {HTMLElement} panel
 */
function tabOf(panel) {
  const tab = document.createElement('button');
  tab.type = 'button';
  tab.role = 'tab';
  tab.id = `${panel.id}-tab`;
  tab.textContent = panel.getAttribute('data-tab');
  tab.setAttribute('aria-controls', panel.id);
  panel.role = 'tabpanel';
  panel.setAttribute('aria-labelledby', tab.id);
  panel.querySelector('h3')?.remove();
  return tab;
}

/** Says whether the gateway is ready. */
async function showStatus() {
  const place = document.getElementById('status');
  if (!place) return;
  const { ok, status } = await fetch('health/ready')
    .then(async (response) => ({ ok: response.ok, status: (await response.json()).status }))
    .catch(() => ({ ok: false, status: 'cannot be reached' }));
  place.dataset.state = ok ? 'ready' : 'unready';
  const link = document.createElement('a');
  link.href = 'health/ready';
  link.textContent = ok ? 'Ready' : `Not ready: ${status}`;
  place.replaceChildren(link);
}

/** Has code name this gateway as the browser reaches it, where nobody set what it is called. */
function nameGateway() {
  const assumed = document.body.dataset.base;
  if (!assumed) return;
  const { origin, pathname } = location;
  const root = new URL(document.body.dataset.root || './', origin + pathname).href.replace(/\/$/, '');
  for (const code of document.querySelectorAll('.code code'))
    code.textContent = (code.textContent ?? '').replaceAll(assumed, root);
}

nameGateway();
enableCopying();
for (const set of document.querySelectorAll('.tabs')) makeTabs(set);
showStatus();
