// What a run of migrations gives to each of them: its turn, its patience, a voice.
import type { Migration } from '@mikro-orm/migrations';
import type pg from 'pg';
import type { Log } from '../../log.ts';

/** Another process holds what a run needs for longer than one waits, or may migrate too by now; the message says which. */
export class MigrationLockedError extends Error {}

/** The run that a migration is part of. */
export interface MigrationRun {
  readonly log: Log;
  /** Milliseconds to wait for others, each time; between two lines of the log about one thing. */
  readonly patience: number;
  readonly logInterval: number;
  /** @throws MigrationLockedError when others may migrate too, because the lock is lost */
  assertTurn(): void;
  /** Opens a connection, which whoever asked ends. */
  connect(): Promise<pg.Client>;
}

/** A migration under its name, which never changes. */
export interface NamedMigration {
  name: string;
  class: new (...parts: ConstructorParameters<typeof Migration>) => Migration;
}
