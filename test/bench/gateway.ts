// The gateway alone, asked for creates through REST: what the sections share that compare it with itself.
import { EMAIL } from './questions.ts';
import { interleave, type Load, type Round, runRound, type Workload, workloads } from './rounds.ts';
import type { Bench, BenchGateway, Usage } from './support.ts';

export const CREATE_NEW = workloads[0] as Workload;
export const RETURN_EXISTING = workloads[1] as Workload;

/** A gateway, and what is sent to it. */
export interface Variant {
  name: string;
  gateways: (Pick<BenchGateway, 'url'> & Usage)[];
  key: string;
  organisationId?: number;
  /** Of the customers that the organisation begins with. */
  label?: string;
  members?: object;
  headers?: Record<string, string>;
}

/** Loads a variant for one round; `turn` says which of its processes. */
export function loadOnce(
  bench: Bench,
  variant: Variant,
  workload: Workload,
  load: Omit<Load, 'rounds'>,
  turn = 0,
): Promise<Round> {
  const gateway = variant.gateways[turn % variant.gateways.length] as Variant['gateways'][number];
  const body = { email: EMAIL, companyName: 'BizKitHub', customerRealIp: '1.1.1.1', ...variant.members };
  const contender = {
    name: variant.name,
    url: gateway.url,
    organisationId: variant.organisationId ?? bench.organisationId,
    label: variant.label ?? bench.label,
    usage: gateway,
    ask: () => ({
      method: 'POST' as const,
      path: `/api/v1/customer/create?apiKey=${variant.key}`,
      headers: { 'Content-Type': 'application/json', ...variant.headers },
      body: JSON.stringify(body),
    }),
    read: () => [],
  };
  return runRound(bench, contender, workload, load);
}

/**
 * Measures variants with one workload. Two processes of the same code differ by some percent for as long as they live: a
 * variant may have several, which take turns.
 */
export async function compare(bench: Bench, variants: Variant[], workload: Workload, load: Load): Promise<Round[]> {
  const run = (which: number, turn: number) => loadOnce(bench, variants[which] as Variant, workload, load, turn);
  for (const [which, { gateways }] of variants.entries()) for (const turn of gateways.keys()) await run(which, turn);
  return interleave(variants.length, load.rounds, run);
}
