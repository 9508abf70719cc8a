// The explorer: an operation put together by ticking fields.
import { createElement as h } from 'react';
import { later } from './later.js';

const Explorer = later(async () => {
  const { explorerPlugin } = await import('@graphiql/plugin-explorer');
  return explorerPlugin().content;
});

/** @param {import('react').SVGProps<SVGSVGElement>} props */
function Icon(props) {
  const lines = { d: 'M5 4v14h5M5 9h5M13 7h8v4h-8zM13 16h8v4h-8z' };
  const look = { fill: 'none', stroke: 'currentColor', strokeWidth: 1.6, strokeLinejoin: 'round' };
  return h('svg', { viewBox: '0 0 24 24', height: '1em', .../** @type {object} */ (look), ...props }, h('path', lines));
}

/** The plugin. */
export const explorer = { title: 'Explorer', icon: Icon, content: Explorer };
