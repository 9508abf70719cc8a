// Who acts, and on what: what every function that works on an organisation's data is handed.
import type { Newcomers } from './customer/newcomers.ts';
import type { OrganisationDatabase } from './database/organisation-database.ts';

/** Who acts, as the change log names them. */
export interface Actor {
  /** `key:` and the fingerprint of an API key, or `command:` and the name of an account. */
  readonly actor: string;
  /** The id of the request; undefined for a command. */
  readonly requestId: string | undefined;
}

/** The context of one operation, made once for a request or a command. */
export interface OperationContext extends Actor {
  readonly organisationId: number;
  /** The database as the organisation sees it. */
  readonly database: OrganisationDatabase;
  /** What the calls of organisations that create customers did lately, where many come: it tells what to try first. */
  readonly newcomers?: Newcomers | undefined;
}
