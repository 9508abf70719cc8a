// What the page hands to GraphiQL, and how the parts of it reach that.
import { createContext, useContext } from 'react';

/**
 * One tab, as GraphiQL keeps it.
 *
 * @typedef {object} Tab
 * @property {string} id
 * @property {string} title
 * @property {string | null} query
 * @property {string | null} variables
 * @property {string | null} headers
 * @property {string | null} operationName
 * @property {string | null} response
 *
 * @typedef {Pick<Storage, 'getItem' | 'setItem' | 'removeItem' | 'clear' | 'length'>} Store
 *
 * @typedef {object} Example
 * @property {string} group - what it is about
 * @property {string} name
 * @property {string} about - what it does, in one sentence
 * @property {string} query
 * @property {object} [variables]
 * @property {true} [needsRoot] - whether it needs a key with the prefix `ROOT`
 *
 * @typedef {object} Options
 * @property {HTMLElement} root - where it is shown
 * @property {Tab[]} tabs - what it opens with
 * @property {number} activeTabIndex
 * @property {boolean} isFirst - whether nothing was kept of an earlier visit
 * @property {Promise<Example[]>} examples
 * @property {(operation: { query: string, operationName?: string }, options?: object) => Promise<object>} send
 * @property {Store} storage
 * @property {string} tabsName - where GraphiQL keeps its tabs
 * @property {{ editor: string, graphql: string, json: string }} workers - their URLs
 * @property {boolean} introspection - whether the schema can be asked for
 * @property {string} pageBase - where the gateway is, as the browser reaches it
 * @property {string} shownBase - where the gateway is, as code that is shown names it
 * @property {string} shownAuthorization - the header of that name in such code
 * @property {(operation: Pick<Tab, 'query' | 'variables' | 'operationName'>) => string | undefined} linkOf - its address; undefined for one too long
 * @property {(tab: Partial<Tab> & { query: string }) => Tab} newTab
 * @property {(headers: Record<string, unknown>) => void} onHeaders - hears of the headers of the tab that is shown
 * @property {(tab: Tab) => void} onTab - hears of the tab that is shown, and what it holds
 */

export const OptionsContext = createContext(/** @type {Options} */ ({}));

/** What the page has handed over. */
export const useOptions = () => useContext(OptionsContext);
