// Calls of one statement in one organisation: those that wait, what runs, and what they touch.
import { timedOut } from '../../errors/classify.ts';
import type { Statement } from '../statement.ts';
import { CallGroups } from './call-groups.ts';

/** Calls in one statement. */
export const LARGEST_BATCH = 64;
/** Milliseconds after which a statement is waited for no more at all: it does wait for a lock. */
const STUCK = 100;

/** A statement that serves many calls at once: its parameters are lists, its rows say by `position` whose they are. */
export interface BatchStatement<Call> extends Omit<Statement, 'plannedByValues'> {
  readonly name: string;
  /** What a call touches. Of two calls that touch the same, the later one waits until the earlier one is over. */
  keyOf(call: Call): string;
  /** Whether one statement may hold several calls that touch the same; else each of them has a statement of its own. */
  readonly takesSeveral?: boolean;
  /** Whether a call that touches the same as an earlier one asks for nothing else either. */
  isSame(call: Call, earlier: Call): boolean;
  /** The statement's parameters. */
  values(organisationId: number, calls: readonly Call[]): unknown[];
  /** The same for one call, where its parameters are values rather than lists. */
  readonly single?: Statement & { values(organisationId: number, call: Call): unknown[] };
}

/** The statement that serves some calls, with its parameters. */
export function statementFor<Call>(
  statement: BatchStatement<Call>,
  organisationId: number,
  calls: readonly [Call, ...Call[]],
): Statement & { values: unknown[] } {
  const { single } = statement;
  const [call] = calls;
  if (single && calls.length === 1)
    return { name: single.name, text: single.text, values: single.values(organisationId, call) };
  return { name: statement.name, text: statement.text, values: statement.values(organisationId, calls) };
}

/** What a batch gave for one call. */
export interface Batched<Row> {
  /** Undefined when the statement gave no row for the call. */
  row: Row | undefined;
  /** False when the row is that of an earlier call that asked for the same: this one ran right after it, as it were. */
  first: boolean;
}

/** Somebody who waits for a call. */
export interface Waiter {
  readonly call: unknown;
  /** What the call touches. */
  readonly key: string;
  /** When the call's time is up, by `performance.now()`. */
  deadline: number;
  resolve(result: Batched<object>): void;
  reject(error: unknown): void;
}

/** A call that a statement serves, and all who wait for it. */
export interface Entry {
  readonly call: unknown;
  readonly key: string;
  readonly waiters: Waiter[];
}

/** Calls of one statement in one organisation. */
export interface Queue {
  readonly name: string;
  readonly organisationId: number;
  readonly statement: BatchStatement<unknown>;
  /** The statements that run: when they began, by `performance.now()`, and whether they are of one call that goes alone. */
  readonly running: Set<{ readonly startedAt: number; readonly single: boolean }>;
  waiting: Waiter[];
  /** Calls of statements that failed for one of them: each goes alone. */
  readonly singles: Entry[];
  /** What running statements and locked calls touch, and who waits for it: they hold no slot. */
  readonly busy: Map<string, Waiter[]>;
  /** When those that wait are sent at the latest. */
  timer?: NodeJS.Timeout | undefined;
  /** The same, at the end of this turn of the event loop. */
  turn?: NodeJS.Immediate | undefined;
}

/** Of calls of a statement that failed, leaves the first of those that touch the same; the others wait for that one, before all who came later. */
export function firstOfEach({ busy }: Queue, entries: readonly Entry[]): Entry[] {
  const ofKeys = [...Map.groupBy(entries, ({ key }) => key)];
  return ofKeys.map(([key, [first, ...others]]) => {
    if (others.length > 0) busy.set(key, [...others.flatMap(({ waiters }) => waiters), ...(busy.get(key) ?? [])]);
    return first as Entry;
  });
}

/** How many statements run that are of one call which goes alone. */
export function countSingles({ running }: Queue): number {
  return [...running].filter(({ single }) => single).length;
}

/** Whether a statement runs that may soon be done. */
export function mayEndSoon({ running }: Queue): boolean {
  if (running.size === 0) return false;
  const stuckSince = performance.now() - STUCK;
  for (const { startedAt } of running) if (startedAt > stuckSince) return true;
  return false;
}

/** Those of some who wait whose time is not up. The others are told so: nobody does what its caller believes was not done. */
export function withoutExpired(waiters: readonly Waiter[]): Waiter[] {
  const now = performance.now();
  return waiters.filter(({ deadline, reject }) => {
    if (deadline > now) return true;
    reject(timedOut());
    return false;
  });
}

/** Takes as many calls out of a queue as may be sent in one statement. What touches the same as one of them, and is not among them, waits for it. */
export function takeBatch(queue: Queue): Entry[] {
  const { statement, busy } = queue;
  const groups = new CallGroups<Entry>(statement);
  const left: Waiter[] = [];
  for (const waiter of withoutExpired(queue.waiting)) {
    const { call, key } = waiter;
    const place = groups.placeOf(call, key);
    const isFull = groups.all.length >= LARGEST_BATCH;
    if (typeof place === 'object') place.waiters.push(waiter);
    else if (place === 'later' || (isFull && groups.touches(key))) busy.get(key)?.push(waiter);
    else if (isFull) left.push(waiter);
    else {
      groups.add(key, { call, key, waiters: [waiter] });
      if (!busy.has(key)) busy.set(key, []);
    }
  }
  queue.waiting = left;
  return groups.all;
}
