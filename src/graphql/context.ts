// What a resolver can reach: the caller, and the customers of the caller's organisation.
import type { EntityManager } from '@mikro-orm/postgresql';
import type { Caller } from '../access/check.ts';
import { CustomerRelations } from '../customer/relations.ts';
import type { Database } from '../database/orm.ts';
import { ApiError } from '../errors.ts';
import type { RequestRecord } from '../log.ts';

/** The context of one request, the same for both doors. */
export interface GatewayContext {
  readonly database: Database;
  readonly requestId: string;
  readonly record: RequestRecord;
  /** Null for a request without a key, which may only look at the schema. */
  readonly caller: Caller | null;
  /** The organisation whose rows this request may see. */
  readonly organisationId: number;
  /** The request's unit of work; made when first asked for, since not every operation needs one. */
  readonly em: EntityManager;
  readonly relations: CustomerRelations;
}

/** Makes the context of a request. */
export function createContext(
  database: Database,
  request: { requestId: string; record: RequestRecord },
  caller: Caller | null,
): GatewayContext {
  let em: EntityManager | undefined;
  let relations: CustomerRelations | undefined;
  return {
    database,
    requestId: request.requestId,
    record: request.record,
    caller,
    get organisationId() {
      if (!caller) throw new ApiError('PUBLIC_API_KEY_IS_EMPTY');
      return caller.organisationId;
    },
    get em() {
      em ??= database.fork();
      return em;
    },
    get relations() {
      relations ??= new CustomerRelations(() => this.em, this.organisationId);
      return relations;
    },
  };
}
