// Who acts, and on what: what every function that works on an organisation's data is handed.
import type { OrganisationDatabase } from './database/organisation-database.ts';

/** Who acts, as the change log names them. */
export interface Actor {
  /** `key:` and the fingerprint of an API key, or `command:` and the name of an account. */
  readonly actor: string;
  /** The id of the request; undefined for a command. */
  readonly requestId: string | undefined;
}

/** Whether the next call of an organisation is likely to make a customer, by what its last ones did. */
export interface NewcomerForecast {
  /** Whether it more likely makes a customer than returns one. */
  areLikely(organisationId: number): boolean;
  /** @param isNew - whether a call made a customer */
  note(organisationId: number, isNew: boolean): void;
}

/** The context of one operation, made once for a request or a command. */
export interface OperationContext extends Actor {
  readonly organisationId: number;
  /** The database as the organisation sees it. */
  readonly database: OrganisationDatabase;
  /** What tells a call that creates a customer what to try first, where many come. */
  readonly newcomers?: NewcomerForecast | undefined;
}
