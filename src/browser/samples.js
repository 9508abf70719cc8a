// One HTTP request, as programs of several languages write it: what is shown can be copied and run as it stands. Used by the gateway too, for its pages.

/**
 * A request.
 *
 * @typedef {object} SampleRequest
 * @property {string} method
 * @property {string} url - the whole of it
 * @property {Record<string, string>} headers - without that of the type of the body
 * @property {unknown} [body] - what is sent as JSON; undefined for nothing
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
 * A command of curl.
 *
 * @param {{ method: string, url: string, headers: [string, string][], data: string[] }} request - `data` as words of the command
 */
function curlCommand({ method, url, headers, data }) {
  const isImplied = method === 'GET' || (method === 'POST' && data.length > 0);
  return [
    `curl${isImplied ? '' : ` -X ${method}`} ${shellWord(url)}`,
    ...headers.map(([name, value]) => `-H ${shellWord(`${name}: ${value}`)}`),
    ...data,
  ].join(' \\\n  ');
}

/**
 * @param {SampleRequest} request
 * @returns {string}
 */
function writeCurl(request) {
  const { method, url, body } = request;
  const data = body === undefined ? [] : [`-d ${shellWord(JSON.stringify(body, null, 2))}`];
  return curlCommand({ method, url, headers: sampleHeaders(request), data });
}

/**
 * The command that sends what a browser sent: nothing in it is taken for the name of a file, as curl takes what begins with `@` or `<`.
 *
 * @param {string} url
 * @param {{ method: string, headers: Record<string, string>, body?: string | URLSearchParams | FormData }} request
 */
export function curlOfFetch(url, { method, headers, body }) {
  const data =
    body instanceof FormData
      ? [...body].map(([name, value]) => `--form-string ${shellWord(`${name}=${value}`)}`)
      : body === undefined
        ? []
        : [`--data-raw ${shellWord(String(body))}`];
  return curlCommand({ method, url, headers: Object.entries(headers), data });
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
