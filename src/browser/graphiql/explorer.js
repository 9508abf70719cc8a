// The explorer: an operation put together by ticking fields.
import { createElement as h } from 'react';
import { later } from './later.js';

const names = 'light-dark(hsl(188 100% 25%), hsl(188 100% 44%))';
const texts = 'light-dark(hsl(242 51% 50%), hsl(243 100% 77%))';
const values = 'light-dark(hsl(158 60% 26%), hsl(158 100% 42%))';
/** Colours of GraphiQL, in shades that can be read on white. */
const colors = {
  keyword: 'light-dark(hsl(320 95% 38%), hsl(338 100% 67%))',
  def: names,
  property: 'light-dark(hsl(208 100% 36%), hsl(208 100% 72%))',
  qualifier: texts,
  attribute: names,
  number: values,
  string: 'light-dark(hsl(36 100% 27%), hsl(30 100% 80%))',
  builtin: values,
  string2: texts,
  variable: texts,
  atom: names,
};

const Explorer = later(async () => {
  const { explorerPlugin } = await import('@graphiql/plugin-explorer');
  return explorerPlugin({ colors }).content;
});

/** @param {import('react').SVGProps<SVGSVGElement>} props */
function Icon(props) {
  const lines = { d: 'M5 4v14h5M5 9h5M13 7h8v4h-8zM13 16h8v4h-8z' };
  const look = { fill: 'none', stroke: 'currentColor', strokeWidth: 1.6, strokeLinejoin: 'round' };
  return h('svg', { viewBox: '0 0 24 24', height: '1em', .../** @type {object} */ (look), ...props }, h('path', lines));
}

/** The plugin. */
export const explorer = { title: 'Explorer', icon: Icon, content: Explorer };
