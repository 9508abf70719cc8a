// What the page says, and its elements.

/**
 * @typedef {object} Settings
 * @property {string} [sampleKey] - the key to begin with; none outside demo mode
 * @property {string} [publicUrl] - where callers reach the gateway, if that is set
 * @property {{ query: string, variables?: object }[]} first - operations to begin with, one a tab
 * @property {string} examples - the URL of all examples
 * @property {boolean} introspection - whether the schema can be asked for
 * @property {{ main: string, preload: string[], editor: string, graphql: string, json: string }} scripts - their URLs
 */

/**
 * Finds an element of the page.
 *
 * @param {string} id
 */
export function element(id) {
  return /** @type {HTMLElement} */ (document.getElementById(id));
}

/**
 * What this gateway is set to.
 *
 * @type {Settings}
 */
export const settings = JSON.parse(element('settings').textContent);
