// Preloaded into a gateway: errors that nobody catches, of the kinds that `THROWN` names, on each SIGUSR2.
import { EventEmitter } from 'node:events';

const kinds: Record<string, () => unknown> = {
  error: () => setImmediate(() => raise(new TypeError('preloaded'))),
  rejection: () => Promise.reject(new Error('preloaded')),
  'rejection without a reason': () => Promise.reject(undefined),
  emitter: () => setImmediate(() => new EventEmitter().emit('error', new Error('preloaded'))),
  text: () => setImmediate(() => raise('preloaded')),
  nothing: () => setImmediate(() => raise(undefined)),
  'no prototype': () => setImmediate(() => raise(Object.create(null))),
  flood: () => {
    for (let i = 0; i < 1_000; i++) setImmediate(() => raise(new Error('preloaded')));
  },
};

function raise(thrown: unknown): never {
  throw thrown;
}

process.on('SIGUSR2', () => {
  for (const kind of process.env.THROWN?.split(',') ?? []) kinds[kind]?.();
});
