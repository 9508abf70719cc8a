// Parts of GraphiQL that are loaded when somebody first opens them.
import { createElement as h, lazy, Suspense } from 'react';

const Unloadable = () => h('p', null, 'This could not be loaded. Reload the page.');

/**
 * A component that is loaded when it is first shown.
 *
 * @param {() => Promise<import('react').ComponentType<any>>} load
 */
export function later(load) {
  const Loaded = lazy(() =>
    load().then(
      (component) => ({ default: component }),
      () => ({ default: Unloadable }),
    ),
  );
  return (/** @type {object} */ props) => h(Suspense, { fallback: null }, h(Loaded, props));
}
