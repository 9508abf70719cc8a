// What a resolver can reach: the caller, the database as the caller's organisation sees it, and what is known of IP addresses.
import type DataLoader from 'dataloader';
import type { Caller } from '../api-key/authenticate.ts';
import { keyHistories } from '../api-key/manage.ts';
import type { AuditEntry } from '../change-log/audit.ts';
import { CustomerRelations } from '../customer/relations.ts';
import type { Database, OrganisationDatabase } from '../database/open.ts';
import { ApiError } from '../errors/api-error.ts';
import type { IpLookup } from '../ip/lookup.ts';
import type { RequestRecord } from '../log.ts';
import type { Quota } from '../rate-limit/quota.ts';

/** What an operation takes over from the request that it came with. */
export interface OperationRequest {
  readonly requestId: string;
  readonly record: RequestRecord;
  /** Undefined for a request without a key, which may only look at the schema. */
  readonly caller: Caller | undefined;
  /** The caller's limit, which an operation that costs more than one request consumes too. */
  readonly quota: Pick<Quota, 'consumeMore'> | undefined;
  readonly headers: Readonly<Record<string, unknown>>;
}

/** The context of one operation, the same for both APIs. */
export interface GatewayContext extends Omit<OperationRequest, 'headers'> {
  /** Whether the answer is to tell what the operation cost. */
  readonly tellCost: boolean;
  /** Whether the answer is kept, to be replayed under the same Idempotency-Key. */
  readonly answerIsKept: boolean;
  /** Milliseconds that the operation may take. */
  readonly timeout: number;
  readonly database: OrganisationDatabase;
  readonly relations: CustomerRelations;
  /** What can be known about IP addresses. */
  readonly ip: IpLookup;
  /** Schema coordinates of the fields that the operation selects anywhere, `Customer.groups`; known when it runs. */
  selected: ReadonlySet<string>;
  /** What was done with API keys, by fingerprint. */
  readonly keyHistories: DataLoader<string, AuditEntry[]>;
}

/** What all operations share. */
export interface SharedParts {
  readonly database: Database;
  readonly ip: IpLookup;
}

/** Makes the context of an operation that begins now. */
export function createContext({ database, ip }: SharedParts, request: OperationRequest): GatewayContext {
  return new OperationContext(database, ip, request);
}

class OperationContext implements GatewayContext {
  readonly requestId: string;
  readonly record: RequestRecord;
  readonly caller: OperationRequest['caller'];
  readonly quota: OperationRequest['quota'];
  readonly tellCost: boolean;
  readonly answerIsKept: boolean;
  readonly timeout: number;
  readonly ip: IpLookup;
  selected: ReadonlySet<string> = new Set();
  readonly #database: OrganisationDatabase | undefined;
  #relations: CustomerRelations | undefined;
  #keyHistories: DataLoader<string, AuditEntry[]> | undefined;

  constructor(database: Database, ip: IpLookup, request: OperationRequest) {
    this.requestId = request.requestId;
    this.record = request.record;
    this.caller = request.caller;
    this.quota = request.quota;
    this.tellCost = request.headers['x-graphql-cost'] !== undefined;
    this.answerIsKept = request.headers['idempotency-key'] !== undefined;
    this.timeout = database.operationTimeout;
    this.ip = ip;
    this.#database = request.caller && database.forOrganisation(request.caller.organisationId);
  }

  get database(): OrganisationDatabase {
    if (!this.#database) throw new ApiError('PUBLIC_API_KEY_IS_EMPTY');
    return this.#database;
  }

  get relations(): CustomerRelations {
    this.#relations ??= new CustomerRelations(this.database);
    return this.#relations;
  }

  get keyHistories(): DataLoader<string, AuditEntry[]> {
    this.#keyHistories ??= keyHistories(this.database);
    return this.#keyHistories;
  }
}
