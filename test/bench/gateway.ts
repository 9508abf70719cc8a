// The gateway alone, asked for creates through REST: what the sections share that compare it with itself.
import { EMAIL } from './contenders.ts';
import { type Round, runRound, type Workload, workloads } from './rounds.ts';
import { type Bench, type BenchGateway, median, type Usage } from './support.ts';

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
}

/** The medians of a variant's rounds. */
export type Medians = Pick<Round, 'rate' | 'p50' | 'p99' | 'gateway' | 'database'>;

/**
 * Measures variants with one workload, in interleaved rounds. Two processes of the same code differ by some percent for as
 * long as they live: a variant may have several, which take turns.
 */
export async function compare(
  bench: Bench,
  variants: Variant[],
  workload: Workload,
  load: { connections: number; seconds: number; rounds: number },
): Promise<Medians[]> {
  const contenderOf = (variant: Variant, turn: number) => {
    const gateway = variant.gateways[turn % variant.gateways.length] as Variant['gateways'][number];
    const body = JSON.stringify({
      email: EMAIL,
      companyName: 'BizKitHub',
      customerRealIp: '1.1.1.1',
      ...variant.members,
    });
    return {
      name: variant.name,
      url: gateway.url,
      organisationId: variant.organisationId ?? bench.organisationId,
      label: variant.label ?? bench.label,
      usage: gateway,
      ask: () => ({
        method: 'POST' as const,
        path: `/api/v1/customer/create?apiKey=${variant.key}`,
        headers: { 'Content-Type': 'application/json' },
        body,
      }),
      read: () => [],
    };
  };
  for (const variant of variants)
    for (const turn of variant.gateways.keys()) await runRound(bench, contenderOf(variant, turn), workload, load);
  const results = variants.map((): Round[] => []);
  for (let turn = 0; turn < load.rounds; turn++) {
    for (let i = 0; i < variants.length; i++) {
      const which = (i + turn) % variants.length;
      const contender = contenderOf(variants[which] as Variant, turn);
      results[which]?.push(await runRound(bench, contender, workload, load));
    }
  }
  return results.map((rounds) => {
    const middle = (of: keyof Medians) => median(rounds.map((round) => round[of]));
    return {
      rate: middle('rate'),
      p50: middle('p50'),
      p99: middle('p99'),
      gateway: middle('gateway'),
      database: middle('database'),
    };
  });
}
