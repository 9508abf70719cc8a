// What demo mode says to the person who started it.
import { SAMPLE_KEY } from '../access/key.ts';
import type { DemoKeys } from '../demo/data.ts';

/** Prints where the gateway is, a command to copy, and keys that were just made. */
export function greet({ host, port, made }: { host: string; port: number; made: DemoKeys | undefined }): void {
  const name = host === '127.0.0.1' || host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  const address = `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
  console.log(`
The customer gateway is ready at ${address} (demo mode: its own database, a sample key).

  GraphiQL   ${address}/graphql
  OpenAPI    ${address}/openapi.json

  curl -X POST "${address}/api/v1/customer/create?apiKey=${SAMPLE_KEY}" \\
    -H "Content-Type: application/json" \\
    -d '{"email": "jan@barasek.com", "companyName": "BizKitHub"}'
${
  made
    ? `
Two more keys were made for the demo organisation. They are shown this once:

  DEV_  ${made.developer}
  ROOT  ${made.root}
`
    : ''
}
Stop with Ctrl-C. Another database: set DATABASE_URL.
`);
}
