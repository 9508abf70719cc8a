// Code on pages: blocks that can be copied, and the same request in several languages.
import { type SampleRequest, sampleLanguages } from '../../browser/samples.js';
import { type Html, html } from './html.ts';

/** A block of code. Its button is shown by the page's script: without one it would do nothing. */
export function codeBlock(code: string, label: string): Html {
  return html`<div class="code"><pre tabindex="0" role="region" aria-label="${label}"><code>${code}</code></pre><button type="button" class="copy" hidden>Copy</button></div>
`;
}

/** A tab of a set, and what it shows. */
export interface Tab {
  readonly id: string;
  readonly label: string;
  readonly panel: Html;
}

/** Tabs, one below the other until the page's script makes a set of them. */
export function tabSet(name: string, label: string, tabs: readonly Tab[]): Html {
  const panels = tabs.map(
    ({ id, label: tab, panel }) => html`<section id="${name}-${id}" data-tab="${tab}"><h3>${tab}</h3>
${panel}</section>
`,
  );
  return html`<div class="tabs" data-label="${label}">
${panels}</div>
`;
}

/** A request in every language. */
export function samplesOf(request: SampleRequest): Tab[] {
  return Object.values(sampleLanguages).map(({ id, label, write }) => ({
    id,
    label,
    panel: codeBlock(write(request), `The request with ${label}`),
  }));
}
