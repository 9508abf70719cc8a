// Which calls one statement may hold: those that ask for the same are one, and those that touch the same come one after the other.
import type { BatchStatement } from './batch-queue.ts';

/** The calls that a statement is given, each with those that ask for the same. */
export class CallGroups<Group extends { readonly call: unknown }> {
  /** In the order of their first calls. */
  readonly all: Group[] = [];
  readonly #byKey = new Map<string, Group[]>();
  readonly #statement: Pick<BatchStatement<unknown>, 'isSame' | 'takesSeveral'>;

  constructor(statement: Pick<BatchStatement<unknown>, 'isSame' | 'takesSeveral'>) {
    this.#statement = statement;
  }

  /** Whether a call of a key is among them. */
  touches(key: string): boolean {
    return this.#byKey.has(key);
  }

  /**
   * Where a call belongs.
   *
   * @param key - what the call touches
   * @returns the group that asks for the same; `later` where the statement cannot hold it beside another that touches the same; undefined where it may have a
   *   group of its own
   */
  placeOf(call: unknown, key: string): Group | 'later' | undefined {
    const ofKey = this.#byKey.get(key);
    if (!ofKey) return undefined;
    const same = ofKey.find((group) => this.#statement.isSame(call, group.call));
    return same ?? (this.#statement.takesSeveral ? undefined : 'later');
  }

  add(key: string, group: Group): void {
    this.all.push(group);
    const ofKey = this.#byKey.get(key);
    if (ofKey) ofKey.push(group);
    else this.#byKey.set(key, [group]);
  }
}
