// The key of a page: the button that shows which it is, and the dialog that asks for one.
import { html } from './html.ts';

/** The button, for the header of pages whose script is `api-key.js`. */
export const keyTool = html`<button type="button" id="key-button">API key</button>
`;

/** The dialog, for the same pages. */
export const keyDialog = html`<dialog id="key-dialog" aria-labelledby="key-title">
<form method="dialog">
<h2 id="key-title">API key</h2>
<p>Every request of this page carries it. It is kept until this tab is closed.</p>
<label for="key">Key</label>
<input id="key" type="text" required autocomplete="off" autocapitalize="none" spellcheck="false">
<p id="key-problem" role="alert"></p>
<div class="buttons">
<button id="key-use">Use this key</button>
<button type="button" id="key-cancel">Cancel</button>
<button type="button" id="key-forget" hidden>Forget the key</button>
</div>
</form>
</dialog>
`;
