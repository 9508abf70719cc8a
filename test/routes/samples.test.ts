// The same request in every language: what each writes of values that others would read as something else.
import { expect, it } from 'vitest';
import { sampleLanguages } from '../../src/browser/samples.js';

const write = (language: keyof typeof sampleLanguages, body: unknown) =>
  sampleLanguages[language].write({ method: 'POST', url: 'https://a.example/x', headers: {}, body });

it('PHP sends objects as objects, also empty ones and those whose names are numbers', () => {
  expect(write('php', { variables: {}, meta: { 0: 'x' }, list: [] })).toContain(`json_encode([
        'variables' => (object) [],
        'meta' => (object) [
            '0' => 'x',
        ],
        'list' => [],
    ])`);
});

it('Python ends a text of several lines where it ends', () => {
  const text = write('python', { query: '{\n  a(b: "c")\n}"' });
  expect(text).toContain(`'query': """{\n  a(b: \\"c\\")\n}\\"""",`);
});

it('texts hold what ends texts elsewhere', () => {
  const body = { text: `it's \\ "so" \${x} \`y\`` };
  expect(write('node', body)).toContain(`text: 'it\\'s \\\\ "so" \${x} \`y\`'`);
  expect(write('php', body)).toContain(`'text' => 'it\\'s \\\\ "so" \${x} \`y\`'`);
  expect(write('curl', body)).toContain(`it'\\''s \\\\ \\"so\\"`);
});
