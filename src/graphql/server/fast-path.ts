// The fast path of a POST: Yoga's own steps, without the Fetch API's objects around them.
import { type ExecutionResult, GraphQLError } from 'graphql';
import { type FetchAPI, processRegularResult } from 'graphql-yoga';
import type { HttpRequest, HttpResponse } from '../../http/request.ts';
import type { ExecuteOperation } from '../execution/execute.ts';
import { acceptedType } from './media-type.ts';
import type { GatewayYoga, ServerContext } from './yoga.ts';

/** What Yoga makes an answer of, where nobody needs all of a `Response`. */
class PlainResponse {
  readonly body: string;
  readonly init: { status: number; headers: Record<string, string> };

  constructor(body: string, init: PlainResponse['init']) {
    this.body = body;
    this.init = init;
  }
}

const plainFetch = { Response: PlainResponse } as unknown as FetchAPI;
/** What Yoga's checks look at of a request whose body was read before. */
const plainPost = new Request('http://gateway/graphql', { method: 'POST' });

/** Answers a POST whose body was read. */
export type AnswerPost = (request: HttpRequest, context: ServerContext) => Promise<HttpResponse>;

/** Opens the fast path. Which documents it runs at once is decided by Yoga: those that passed all of its steps. */
export function openFastPath(
  { yoga, presented, approvedDocument }: GatewayYoga,
  execute: ExecuteOperation,
): AnswerPost {
  async function resultOf({ params, gatewayRequest }: ServerContext): Promise<ExecutionResult> {
    const document = approvedDocument(params);
    const { operationName, variables } = params;
    if (document) return execute({ document, operationName, variables, request: gatewayRequest });
    try {
      const result = await yoga.getResultForParams({ params, request: plainPost }, { gatewayRequest, params });
      return presented(result as ExecutionResult, gatewayRequest);
    } catch (error) {
      if (error instanceof GraphQLError) return presented({ errors: [error] }, gatewayRequest);
      throw error;
    }
  }

  /**
   * The fast path: a POST, whose body was read, goes through Yoga's steps, but without the Fetch API's requests and responses
   * around them, which take longer than they do; and when the same operation passed them before, it is run at once.
   */
  return async (request, context) => {
    const shown = await resultOf(context);
    const answer = processRegularResult(shown, plainFetch, acceptedType(request)) as unknown as PlainResponse;
    const { 'Content-Type': contentType, ...headers } = answer.init.headers;
    return {
      status: answer.init.status,
      contentType,
      headers: { 'Cache-Control': 'no-store', ...headers },
      body: answer.body,
    };
  };
}
