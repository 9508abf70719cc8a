// Measures how long one costly request of 64 KiB holds up all others; known ones, and ones that are generated.
import { parseArgs } from 'node:util';
import { generateKey } from '../../src/api-key/key.ts';
import { startChildGateway } from '../support/child-gateway.ts';
import { makeTenant } from '../support/generated/tenant.ts';
import { generatedInputs } from './inputs/generated.ts';
import { knownInputs, senderFor } from './inputs/known.ts';
import { BOUND, type Cost, openMeter } from './inputs/measure.ts';
import { fixed, table } from './report.ts';

/** Generated bodies for each API. */
const GENERATED = 500;
const WORST = 10;
const LONGEST_TABLE = 100;
const LONGEST_NAME = 70;
/** A gateway that is asked for the first time compiles its code; that is not what is measured. */
const WARM_UP = 300;

const { values } = parseArgs({
  options: { generated: { type: 'string', default: String(GENERATED) }, only: { type: 'string', default: '' } },
});

/** Measures every input whose name holds what was asked for. */
async function measureAll(): Promise<Cost[]> {
  const gateway = await startChildGateway({ TRUST_PROXY: '127.0.0.1,10.0.0.0/8' });
  try {
    const tenant = await makeTenant(gateway.databaseUrl, gateway.organisationId);
    const sender = senderFor(tenant.root);
    const inputs = [
      ...knownInputs(sender, generateKey('PROD')),
      ...generatedInputs(sender, Number(values.generated)),
    ].filter(({ name }) => name.includes(values.only));
    const meter = await openMeter(gateway);
    const [warmUp] = knownInputs(sender, tenant.good).filter(({ api }) => api === 'GraphQL');
    for (let i = 0; warmUp && i < WARM_UP; i++) await meter.measure(warmUp);
    const costs: Cost[] = [];
    for (const input of inputs) costs.push(await meter.measure(input));
    await meter.close();
    return costs;
  } finally {
    await gateway.close();
  }
}

function rows(costs: Cost[]) {
  return costs.map(({ input, wait, starved, cpu, status, bytes, turns }) => [
    input.api,
    input.name.slice(0, LONGEST_NAME).replaceAll('|', '/').replaceAll('\n', ' '),
    bytes,
    status,
    fixed(wait, 1),
    fixed(starved, 1),
    fixed(cpu, 1),
    turns,
  ]);
}

const costs = (await measureAll()).toSorted((one, other) => other.wait - one.wait);
const tooMuch = costs.filter(({ wait }) => wait > BOUND);
const worstOf = (api: Cost['input']['api']) => costs.filter(({ input }) => input.api === api).slice(0, 1);
const head = ['API', 'input', 'bytes', 'HTTP', 'others wait, ms', 'of it no core', 'CPU ms', 'turns'];
console.log(`\nThe ${WORST} worst of ${costs.length}:\n\n${table(head, rows(costs.slice(0, WORST)))}`);
console.log(
  `\nThe worst of each API:\n\n${table(head, rows([...worstOf('REST'), ...worstOf('GraphQL'), ...worstOf('other')]))}`,
);
if (tooMuch.length > WORST) console.log(`\nAbove the bound:\n\n${table(head, rows(tooMuch.slice(0, LONGEST_TABLE)))}`);
console.log(`\n${tooMuch.length} of ${costs.length} hold others up for more than ${BOUND} ms.`);
if (tooMuch.length > 0) process.exitCode = 1;
