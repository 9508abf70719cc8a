// The worker for what the editor does with any text, such as finding links.
import 'monaco-editor/esm/vs/editor/editor.worker.js';
