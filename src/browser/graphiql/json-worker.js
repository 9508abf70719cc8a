// The worker for JSON: variables, headers, answers.
import 'monaco-editor/esm/vs/language/json/json.worker.js';
