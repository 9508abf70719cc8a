// One HTTP request, as programs of several languages write it: what is shown can be copied and run as it stands. Used by the gateway too, for its pages.

/** What stands in samples where a key is to be put in. */
export const PLACEHOLDER_KEY = 'YOUR_API_KEY';

/**
 * A request.
 *
 * @typedef {object} SampleRequest
 * @property {string} method
 * @property {string} url - the whole of it
 * @property {Record<string, string>} headers - without that of the type of the body
 * @property {unknown} [body] - what is sent as JSON; undefined for nothing. For curl also a form, or text that is sent as it is, with its type among the headers
 */

/**
 * A language in which samples are written.
 *
 * @typedef {object} SampleLanguage
 * @property {string} id
 * @property {string} label - its name, for people
 * @property {(request: SampleRequest) => string} write
 */

/**
 * How a language writes values.
 *
 * @typedef {object} Literals
 * @property {(text: string) => string} text
 * @property {Record<string, string>} words - for true, false and null
 * @property {(name: string, value: string) => string} member
 * @property {[string, string]} list - what stands around the items
 * @property {(value: object) => [string, string]} object - what stands around its members
 * @property {string} indent
 */

/**
 * A value of JSON as a language writes it, over several lines where it holds something.
 *
 * @param {unknown} value
 * @param {Literals} literals
 * @param {string} [margin] - what its lines begin with, but for the first
 * @returns {string}
 */
function literal(value, literals, margin = '') {
  if (typeof value === 'string') return literals.text(value);
  if (typeof value !== 'object' || value === null) return literals.words[String(value)] ?? String(value);
  const inner = margin + literals.indent;
  const [open, close] = Array.isArray(value) ? literals.list : literals.object(value);
  const items = Array.isArray(value)
    ? value.map((item) => literal(item, literals, inner))
    : Object.entries(value).map(([name, member]) =>
        literals.member(literals.text(name), literal(member, literals, inner)),
      );
  if (items.length === 0) return open + close;
  return `${open}\n${items.map((item) => `${inner}${item},\n`).join('')}${margin}${close}`;
}

/** @type {Literals} */
const javaScript = {
  text: (text) => (text.includes('\n') ? `\`${text.replaceAll(/[\\`]|\$(?=\{)/g, '\\$&')}\`` : singleQuoted(text)),
  words: {},
  member: (name, value) => `${/^'[A-Za-z]\w*'$/.test(name) ? name.slice(1, -1) : name}: ${value}`,
  list: ['[', ']'],
  object: () => ['{', '}'],
  indent: '  ',
};

/** @type {Literals} */
const php = {
  text: singleQuoted,
  words: {},
  member: (name, value) => `${name} => ${value}`,
  list: ['[', ']'],
  // An array that is empty, or has numbers for names, would be sent as a list.
  object: (value) => [Object.keys(value).some((name) => !/^\d+$/.test(name)) ? '[' : '(object) [', ']'],
  indent: '    ',
};

/** @type {Literals} */
const python = {
  text: (text) => (text.includes('\n') ? `"""${text.replaceAll(/[\\"]/g, '\\$&')}"""` : singleQuoted(text)),
  words: { true: 'True', false: 'False', null: 'None' },
  member: (name, value) => `${name}: ${value}`,
  list: ['[', ']'],
  object: () => ['{', '}'],
  indent: '    ',
};

/** @param {string} text */
function singleQuoted(text) {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;
}

/**
 * A word for a POSIX shell.
 *
 * @param {string} text
 */
function shellWord(text) {
  return `'${text.replaceAll("'", "'\\''")}'`;
}

/** @param {SampleRequest} request */
function sampleHeaders({ headers, body }) {
  return Object.entries(body === undefined ? headers : { ...headers, 'Content-Type': 'application/json' });
}

/**
 * What curl is told to send: a type of body in which it takes no file for what begins with `@` or `<`.
 *
 * @param {unknown} body
 * @returns {string[]}
 */
function curlData(body) {
  if (body === undefined) return [];
  if (typeof body === 'string') return [`--data-raw ${shellWord(body)}`];
  if (body instanceof URLSearchParams) return [`--data-raw ${shellWord(body.toString())}`];
  if (body instanceof FormData)
    return [...body].map(([name, value]) => `--form-string ${shellWord(`${name}=${value}`)}`);
  return [`-d ${shellWord(JSON.stringify(body, null, 2))}`];
}

/**
 * @param {SampleRequest} request
 * @returns {string}
 */
export function writeCurl(request) {
  const { method, url, headers, body } = request;
  const isWritten = typeof body === 'string' || body instanceof URLSearchParams || body instanceof FormData;
  const sent = isWritten ? Object.entries(headers) : sampleHeaders(request);
  return [
    `curl${method === 'GET' || (method === 'POST' && body !== undefined) ? '' : ` -X ${method}`} ${shellWord(url)}`,
    ...sent.map(([name, value]) => `-H ${shellWord(`${name}: ${value}`)}`),
    ...curlData(body),
  ].join(' \\\n  ');
}

/**
 * @param {SampleRequest} request
 * @returns {string}
 */
function writeFetch(request) {
  const { method, url, body } = request;
  const options = [
    ...(method === 'GET' ? [] : [`  method: '${method}',`]),
    `  headers: ${literal(Object.fromEntries(sampleHeaders(request)), javaScript, '  ')},`,
    ...(body === undefined ? [] : [`  body: JSON.stringify(${literal(body, javaScript, '  ')}),`]),
  ];
  return `const response = await fetch(${singleQuoted(url)}, {
${options.join('\n')}
});
console.log(response.status, await response.json());`;
}

/**
 * @param {SampleRequest} request
 * @returns {string}
 */
function writePhp(request) {
  const { method, url, body } = request;
  const headers = sampleHeaders(request).map(([name, value]) => `${name}: ${value}`);
  const options = [
    ...(method === 'GET' || method === 'POST' ? [] : [`    CURLOPT_CUSTOMREQUEST => '${method}',`]),
    `    CURLOPT_HTTPHEADER => ${literal(headers, php, '    ')},`,
    ...(body === undefined ? [] : [`    CURLOPT_POSTFIELDS => json_encode(${literal(body, php, '    ')}),`]),
    '    CURLOPT_RETURNTRANSFER => true,',
  ];
  return `<?php
$request = curl_init(${singleQuoted(url)});
curl_setopt_array($request, [
${options.join('\n')}
]);
$answer = json_decode(curl_exec($request), true);
print_r($answer);`;
}

/**
 * @param {SampleRequest} request
 * @returns {string}
 */
function writePython(request) {
  const { method, url, headers, body } = request;
  const options = [
    `    headers=${literal(headers, python, '    ')},`,
    ...(body === undefined ? [] : [`    json=${literal(body, python, '    ')},`]),
  ];
  return `import requests

response = requests.${method.toLowerCase()}(
    ${singleQuoted(url)},
${options.join('\n')}
)
print(response.status_code, response.json())`;
}

/** @type {{ curl: SampleLanguage, php: SampleLanguage, node: SampleLanguage, python: SampleLanguage }} */
export const sampleLanguages = {
  curl: { id: 'curl', label: 'curl', write: writeCurl },
  php: { id: 'php', label: 'PHP', write: writePhp },
  node: { id: 'node', label: 'Node', write: writeFetch },
  python: { id: 'python', label: 'Python', write: writePython },
};
