// Which handler answers a request: by path and method. What is said where none does is decided here alone.
import { ApiError } from '../errors/api-error.ts';
import type { HttpRequest, HttpResponse } from './request.ts';

/** Answers a request. */
export type Handler = (request: HttpRequest) => HttpResponse | Promise<HttpResponse>;

/** Puts one concern around a handler. */
export type Middleware = (next: Handler) => Handler;

/** The methods of a path that is only read. */
export const READ_METHODS: readonly string[] = ['GET', 'HEAD'];

/** Middleware in the order in which it sees a request, as one. */
export function stack(...middleware: readonly Middleware[]): Middleware {
  return (handler) => middleware.reduceRight((next, around) => around(next), handler);
}

/** A path, and what answers it. */
export interface Route {
  /** One that ends in `/*` stands for all below it that have no route of their own. */
  path: string;
  methods: readonly string[];
  /** What a request passes first, also one whose method is not answered. */
  through: Middleware;
  handler: Handler;
}

/** Paths of which a caller must pass something before it is told that nothing is there. */
export interface GuardedPaths {
  prefix: string;
  through: Middleware;
}

/** A route that needs no key. */
export function publicRoute(path: string, handler: Handler): Route {
  return { path, methods: READ_METHODS, through: stack(), handler };
}

const notFound: Handler = () => {
  throw new ApiError('INTERNAL_RESOURCE_NOT_FOUND');
};

/** What answers the methods of one path. */
class PathHandlers {
  readonly allow: string[] = [];
  readonly #byMethod = new Map<string, Handler>();
  readonly #otherwise: Handler;

  constructor(through: Middleware) {
    this.#otherwise = through(() => {
      throw new ApiError('INTERNAL_METHOD_NOT_ALLOWED', { allow: this.allow });
    });
  }

  add({ path, methods, through, handler }: Route): void {
    const composed = through(handler);
    for (const method of methods) {
      if (this.#byMethod.has(method)) throw new Error(`two routes answer ${method} ${path}`);
      this.allow.push(method);
      this.#byMethod.set(method, composed);
    }
  }

  of(method: string): Handler {
    return this.#byMethod.get(method) ?? this.#otherwise;
  }
}

/**
 * Makes one handler of all routes; each is composed here, so that nothing is added to a request.
 *
 * @returns a handler that throws ApiError `INTERNAL_RESOURCE_NOT_FOUND` and `INTERNAL_METHOD_NOT_ALLOWED`, and answers OPTIONS
 * @throws Error when two routes answer the same
 */
export function createRouter(routes: readonly Route[], guarded: readonly GuardedPaths[]): Handler {
  const paths = new Map<string, PathHandlers>();
  for (const route of routes) {
    const handlers = paths.get(route.path) ?? new PathHandlers(route.through);
    paths.set(route.path, handlers);
    handlers.add(route);
  }
  const folders = [...paths]
    .filter(([path]) => path.endsWith('/*'))
    .map(([path, handlers]) => ({ prefix: path.slice(0, -1), handlers }));
  const below = (path: string) => folders.find(({ prefix }) => path.startsWith(prefix))?.handlers;
  const absent = guarded.map(({ prefix, through }) => ({ prefix, handler: through(notFound) }));
  return (request) => {
    const { path, method } = request;
    const found = paths.get(path) ?? below(path);
    if (method === 'OPTIONS') {
      if (!found) return notFound(request);
      return { status: 204, headers: { Allow: found.allow.join(', ') }, body: '' };
    }
    if (found) return found.of(method)(request);
    const guard = absent.find(({ prefix }) => path.startsWith(prefix));
    return (guard?.handler ?? notFound)(request);
  };
}
