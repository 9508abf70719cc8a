// How code that is shown names the gateway and the key, since it is pasted elsewhere.
import { settings } from './page.js';
import { authorizationWith } from './sample-key.js';

/** Where the gateway is, as the browser reaches it, without a slash at the end. Pages that use this stand right below. */
export const pageBase = new URL('.', location.href).href.replace(/\/$/, '');

/** The same as code that is shown names it: what the gateway is set to, if that is set. */
export const shownBase = settings.publicUrl ?? pageBase;

/** The header of a request that is shown: it never holds the caller's own key. */
export const shownAuthorization = authorizationWith(settings.sampleKey);
