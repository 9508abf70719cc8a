// The package as it is published: what it holds, that it works where it is installed, and what a bundler leaves out.
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startGateway, type TestGateway } from '../../../test/support/gateway.ts';
import { type FailingProxy, openFailingProxy } from './support/failing-proxy.ts';
import { installPacked, useIn } from './support/package.ts';

let gateway: TestGateway;
let proxy: FailingProxy;
let folder: string;
beforeAll(async () => {
  gateway = await startGateway();
  proxy = await openFailingProxy(gateway.url);
  folder = await installPacked();
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await proxy.close();
  await gateway.close();
});

const installed = () => join(folder, 'node_modules/customer-gateway-client');

it('holds code, types, a README and the licence, and brings no package but openapi-fetch', () => {
  expect(readdirSync(installed()).sort()).toEqual(['LICENSE', 'README.md', 'dist', 'package.json']);
  const packages = readdirSync(join(folder, 'node_modules')).filter((name) => !name.startsWith('.'));
  expect(packages.sort()).toEqual(['customer-gateway-client', 'openapi-fetch', 'openapi-typescript-helpers']);
  const { dependencies } = JSON.parse(readFileSync(join(installed(), 'package.json'), 'utf8'));
  const { devDependencies } = JSON.parse(readFileSync('package.json', 'utf8'));
  expect(dependencies).toEqual({ 'openapi-fetch': devDependencies['openapi-fetch'] });
});

it('has the version of the gateway', () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  expect(JSON.parse(readFileSync(join(installed(), 'package.json'), 'utf8')).version).toBe(version);
});

it('works where it is installed', async () => {
  proxy.plan('lost', 'none', 'none', 'silent');
  const node = process.execPath;
  expect(await useIn(folder, node, { url: gateway.url, failingUrl: proxy.url, key: gateway.key })).toMatchObject({
    newAccount: true,
    creditBalance: 3,
    amounts: [2, 1],
  });
});

/** Bundles a module for browsers, as applications do, and tells how long it is. */
async function bundle(name: string, contents: string): Promise<string> {
  const { outputFiles } = await build({
    stdin: { contents, resolveDir: folder },
    bundle: true,
    write: false,
    minify: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
  });
  const text = outputFiles.map((file) => file.text).join('');
  console.log(`${name}: ${text.length} bytes, ${gzipSync(text).length} compressed`);
  return text;
}

const from = (entry: string, names: string) => `export { ${names} } from 'customer-gateway-client${entry}';`;

it('a bundle has the operations that are imported, and no other', async () => {
  const one = await bundle('GraphQL, one operation', from('/graphql', 'createGraphQLClient, ViewerDocument'));
  expect(one).toContain('query Viewer {');
  expect(one).not.toMatch(/mutation \w+|CustomerFields|query (?!Viewer)\w+[ (]|pageInfo|"apiKeys?"/);
  // openapi-fetch is of the REST API.
  expect(one).not.toContain('deepObject');

  const two = await bundle('GraphQL, two operations', from('/graphql', 'CustomerDocument, BanCustomerDocument'));
  expect(two).toContain('fragment CustomerFields on Customer');
  expect(two.match(/(?:query|mutation) \w+\(/g)).toEqual(['mutation BanCustomer(', 'query Customer('].sort());

  const none = await bundle('both APIs, no operation', from('', 'createClient, GatewayError, paginate'));
  expect(none).toContain('deepObject');
  expect(none).not.toMatch(/OperationDefinition|FragmentDefinition|fragment \w+ on/);

  const rest = await bundle('REST', from('/rest', 'createRestClient'));
  expect(rest).not.toMatch(/OperationDefinition|\/graphql`/);
  await bundle(
    'all',
    ["export * from 'customer-gateway-client';", "export * from 'customer-gateway-client/graphql';"].join(''),
  );
});

const example = `
import { createClient, paginate } from 'customer-gateway-client';
import { CustomersDocument, ViewerDocument } from 'customer-gateway-client/graphql';
import type { Schemas } from 'customer-gateway-client/rest';
const gateway = createClient({ url: 'http://localhost:4000', apiKey: 'key' });
const { viewer } = await gateway.graphql(ViewerDocument);
export const slug: string | undefined = viewer?.organisation.slug;
const { data } = await gateway.rest.GET('/api/v1/customer/detail', { params: { query: { cuRefNo: 'x' } } });
export const detail: Schemas['CustomerDetail'] = data;
for await (const { cuRefNo } of paginate(gateway, CustomersDocument, {}, (found) => found.customers)) cuRefNo.length;
// @ts-expect-error: there is no such field
viewer?.nothing;
`;

it.each([
  ['TypeScript 7, as Node resolves', 'typescript/bin/tsc', 'nodenext'],
  ['TypeScript 7, as bundlers resolve', 'typescript/bin/tsc', 'bundler'],
  ['TypeScript 5, as Node resolves', 'typescript-5/bin/tsc', 'nodenext'],
  ['TypeScript 5, as bundlers resolve', 'typescript-5/bin/tsc', 'bundler'],
])('its types hold for %s', async (_, compiler, moduleResolution) => {
  await writeFile(join(folder, 'example.ts'), example);
  const compilerOptions = {
    strict: true,
    noEmit: true,
    target: 'es2022',
    lib: ['es2022', 'dom'],
    types: [],
    module: moduleResolution === 'bundler' ? 'esnext' : moduleResolution,
    moduleResolution,
    skipLibCheck: false,
  };
  await writeFile(join(folder, 'tsconfig.json'), JSON.stringify({ compilerOptions, files: ['example.ts'] }));
  const command = [resolve('node_modules', compiler), '--project', folder];
  const { stdout } = await promisify(execFile)(process.execPath, command).catch((error) => error);
  expect(stdout).toBe('');
});
