// What a resolver can reach: the caller, the database as the caller's organisation sees it, and what is known of IP addresses.
import type DataLoader from 'dataloader';
import type { Caller } from '../api-key/authenticate.ts';
import { keyHistories } from '../api-key/manage.ts';
import { type KeyUse, keyUses } from '../api-key/use.ts';
import type { ChangeEntry } from '../change-log/change-log.entity.ts';
import type { Newcomers } from '../customer/newcomers.ts';
import { CustomerRelations } from '../customer/relations.ts';
import type { Database } from '../database/open.ts';
import type { OrganisationDatabase } from '../database/organisation-database.ts';
import { ApiError, type FailedRequest } from '../errors/api-error.ts';
import type { KeyedRequest } from '../idempotency/idempotency-key.ts';
import type { InTurns } from '../in-turns.ts';
import type { IpLookup } from '../ip/lookup.ts';
import { type Log, noteFailure, type RequestRecord } from '../log.ts';
import type { OperationContext } from '../operation-context.ts';
import type { Quota } from '../rate-limit/quota.ts';
import type { RateLimitStatus } from '../rate-limit/rate-limiter.ts';
import type { Effects } from './mutation.ts';

/** What an operation takes over from the request that it came with. */
export interface OperationRequest extends FailedRequest {
  readonly record: RequestRecord;
  /** Undefined for a request without a key, which may only look at the schema. */
  readonly caller: Caller | undefined;
  /** The caller's limit, which an operation that costs more than one request consumes too. */
  readonly quota: Pick<Quota, 'consumeMore' | 'status'> | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
  /** The Idempotency-Key under which it came. A query ignores it. */
  readonly keyed: KeyedRequest | undefined;
  /** Whether its body is a large one, which only some operations may have. */
  readonly hasLargeBody?: boolean;
}

/** The context of one operation, the same for both APIs. */
export interface GatewayContext extends OperationContext {
  /** The key that the operation was sent with. Throws ApiError `PUBLIC_API_KEY_IS_EMPTY` where there is none. */
  readonly caller: Caller;
  /** How the caller's limit stands; undefined where it has none. */
  readonly rateLimit: RateLimitStatus | undefined;
  /** Where callers reach the gateway, for links; undefined where links are paths. */
  readonly publicUrl: string | undefined;
  /** Whether the answer is kept, to be replayed under the same Idempotency-Key. */
  readonly answerIsKept: boolean;
  /** How mutation fields are resolved; undefined where each does what it says and is rendered at once. */
  readonly effects: Effects | undefined;
  /** Schema coordinates of the fields that the operation selects anywhere: `Customer.groups`. */
  readonly selected: ReadonlySet<string>;
  readonly relations: CustomerRelations;
  /** What can be known about IP addresses. */
  readonly ip: IpLookup;
  /** What was done with API keys, by fingerprint. */
  readonly keyHistories: DataLoader<string, ChangeEntry[]>;
  /** What API keys were used for, by their ids. */
  readonly keyUses: DataLoader<number, KeyUse>;
  /** How long work takes turns with whatever else the process does: one queue of all operations. */
  readonly takeTurn: InTurns;
  /** Days for which a new API key is valid unless told otherwise; undefined for ever. */
  readonly keyLifetimeDays: number | undefined;
  /** Notes a failure that the answer tells otherwise than as an error of the operation. */
  noteFailure(error: ApiError): void;
}

/** What all operations share. */
export interface SharedParts {
  readonly database: Database;
  readonly newcomers: Newcomers;
  readonly ip: IpLookup;
  readonly takeTurn: InTurns;
  readonly keyLifetimeDays?: number | undefined;
  readonly log: Log;
}

/** A part of an operation that is run by itself. */
export interface OperationPart {
  readonly effects?: Effects;
  /** The transaction that it is run in, if it is; none where it may do and read nothing. */
  readonly database?: OrganisationDatabase | 'none';
}

/** Makes the context of an operation that begins now, or of a part of one. */
export type ContextOf = (
  request: OperationRequest,
  selected: ReadonlySet<string>,
  part?: OperationPart,
) => GatewayContext;

/** Makes the function that makes the contexts of operations. */
export function createContextOf(parts: SharedParts): ContextOf {
  return (request, selected, part) => new RequestContext(parts, request, selected, part);
}

class RequestContext implements GatewayContext {
  readonly requestId: string;
  readonly publicUrl: string | undefined;
  readonly answerIsKept: boolean;
  readonly selected: ReadonlySet<string>;
  readonly effects: Effects | undefined;
  readonly newcomers: Newcomers;
  readonly ip: IpLookup;
  readonly takeTurn: InTurns;
  readonly keyLifetimeDays: number | undefined;
  readonly #log: Log;
  readonly #record: RequestRecord;
  readonly #caller: Caller | undefined;
  readonly #quota: OperationRequest['quota'];
  readonly #database: OrganisationDatabase | 'none' | undefined;
  #relations: CustomerRelations | undefined;
  #keyHistories: DataLoader<string, ChangeEntry[]> | undefined;
  #keyUses: DataLoader<number, KeyUse> | undefined;

  constructor(
    { database, newcomers, ip, takeTurn, keyLifetimeDays, log }: SharedParts,
    request: OperationRequest,
    selected: ReadonlySet<string>,
    part?: OperationPart,
  ) {
    const { requestId, publicUrl, caller, quota, keyed, record } = request;
    this.requestId = requestId;
    this.publicUrl = publicUrl;
    this.answerIsKept = keyed !== undefined;
    this.selected = selected;
    this.effects = part?.effects;
    this.newcomers = newcomers;
    this.ip = ip;
    this.takeTurn = takeTurn;
    this.keyLifetimeDays = keyLifetimeDays;
    this.#log = log;
    this.#record = record;
    this.#caller = caller;
    this.#quota = quota;
    this.#database = part?.database ?? (caller && database.forOrganisation(caller.organisationId));
  }

  get organisationId(): number {
    return this.database.organisationId;
  }

  get caller(): Caller {
    if (!this.#caller) throw new ApiError('PUBLIC_API_KEY_IS_EMPTY');
    return this.#caller;
  }

  get rateLimit(): RateLimitStatus | undefined {
    return this.#quota?.status;
  }

  get actor(): string {
    return `key:${this.caller.fingerprint}`;
  }

  get database(): OrganisationDatabase {
    if (!this.#database) throw new ApiError('PUBLIC_API_KEY_IS_EMPTY');
    if (this.#database === 'none') throw new Error('a mutation that is only checked may not use the database');
    return this.#database;
  }

  get relations(): CustomerRelations {
    this.#relations ??= new CustomerRelations(this);
    return this.#relations;
  }

  get keyHistories(): DataLoader<string, ChangeEntry[]> {
    this.#keyHistories ??= keyHistories(this);
    return this.#keyHistories;
  }

  get keyUses(): DataLoader<number, KeyUse> {
    this.#keyUses ??= keyUses(this);
    return this.#keyUses;
  }

  noteFailure(error: ApiError): void {
    noteFailure(this.#log, this.#record, error);
  }
}
