// A REST endpoint: an operation of the GraphQL API and two mappings, as one row of a table.
import type { TypedDocumentNode } from '@graphql-typed-document-node/core';
import type { ZodObject, ZodType, z } from 'zod';
import type { ErrorCode, FieldProblem } from '../errors/api-error.ts';
import type { Members } from '../http/body.ts';

/** A group of endpoints in the documentation. */
export interface EndpointTag {
  readonly name: string;
  readonly description: string;
}

/** What the body of a request may hold, besides the key. Other members are ignored, whatever they hold. */
export interface EndpointBody<Member extends string = string, Variable extends string = string> {
  /** The members that are read, of whatever type: the operation validates them. */
  readonly members: readonly Member[];
  /** Those that are true or false. In a form, where all is text, they come as `1`, `0`, `true`, `false` or, of a checkbox, `on`. */
  readonly flags?: readonly Member[];
  /**
   * Those that are lists of texts. In a form they come as `name[]`, `name[0]` or `name`, once for each item; without any text, as nothing. In JSON, one text is no
   * list, though GraphQL would make one of it.
   */
  readonly lists?: readonly Member[];
  /** What they are, for the documentation: the input type of a variable of the operation, or a schema of the endpoint's own. */
  readonly describedBy: Variable | { readonly name: string; readonly schema: ZodObject };
}

/** Paths in the errors of an operation, with the names that callers know them by. */
type Renamed<Name> = { readonly [path: string]: Name };

/** No parameters. */
type NoQuery = ZodObject<Record<never, never>>;

/** One row of the table. */
export interface Endpoint<
  Data = unknown,
  Variables extends Record<string, unknown> = Record<string, unknown>,
  Answer = unknown,
  Member extends string = string,
  Query extends ZodObject = ZodObject,
> {
  /** `GET` for an operation that only reads: it has no body, and HEAD is answered too. */
  readonly method: 'GET' | 'POST';
  /** The path, and aliases of it for clients that know it by another. */
  readonly paths: readonly [string, ...string[]];
  readonly tag: EndpointTag;
  /** One line for the documentation. */
  readonly summary: string;
  readonly description: string;
  readonly operation: TypedDocumentNode<Data, Variables>;
  /** Parameters in the URL, made by parameters.ts. Others are ignored, and an empty one counts as not given. */
  readonly query?: Query;
  readonly body?: EndpointBody<Member, keyof Variables & string>;
  /** What was sent, where it is there, as the operation's variables. The operation validates it. */
  readonly variables: (sent: { readonly [Name in NoInfer<Member>]?: unknown } & z.output<NoInfer<Query>>) => {
    [Name in keyof Variables]: unknown;
  };
  /**
   * The parameter or member that a path in the operation's errors stands for, where it has another name: `{ 'by.email': 'email' }`. A function where that
   * depends on what was sent.
   */
  readonly fields?: Renamed<NoInfer<Member | (keyof Query['shape'] & string)>> | ((sent: Members) => Renamed<string>);
  /**
   * For a mutation: what stands for it where requests under an Idempotency-Key are compared. Never changes once it is released: requests that were done before
   * are sent again. Its operation's text unless told, which then never changes either.
   */
  readonly keyedAs?: string;
  /** True for an operation of several statements: they are one transaction, and where it only reads, they see one state of the database. */
  readonly isOneTransaction?: boolean;
  /** What the operation gave as the answer's body; undefined when it gave nothing, which is a defect. May throw an ApiError of `errors`. */
  readonly answer: (data: Data) => Answer | undefined;
  /** Codes that it answers with, besides those of every endpoint of its kind. */
  readonly errors?: readonly ErrorCode[];
  /** The shape of the answer's body. */
  readonly response: ZodType<Answer>;
  /** What an answer of status 200 holds, in one sentence for the documentation. */
  readonly responseDescription: string;
  /** What the documentation calls that shape. */
  readonly responseName: string;
  readonly example: {
    readonly query?: Readonly<Record<string, string | number>>;
    readonly body?: Members;
    readonly response: Answer;
    /** What is said of something sent that is not valid, if anything can be. */
    readonly problem?: FieldProblem;
  };
}

/** Makes a row, whose mappings are checked against its operation. */
export function endpoint<
  Data,
  Variables extends Record<string, unknown>,
  Answer,
  const Member extends string = never,
  Query extends ZodObject = NoQuery,
>(row: Endpoint<Data, Variables, Answer, Member, Query>): Endpoint {
  return row as unknown as Endpoint;
}
