import pino from 'pino';
import { openSharedWindows } from '/tmp/h2/src/access/shared-window.ts';
import { startFakeRedis, counted } from '/tmp/h2/test/support/fake-redis.ts';
let uncaught: string[] = [];
process.on('uncaughtException', (e) => uncaught.push(String(e?.stack ?? e).slice(0,300)));
process.on('unhandledRejection', (e) => uncaught.push('REJ ' + String((e as any)?.stack ?? e).slice(0,300)));
const good = (a: string[]) => counted('', a, undefined as never) ?? '';
const kinds: Record<string, (args: string[], s: any) => string|undefined> = {
  integer: () => ':1\r\n', nil: () => '$-1\r\n', nilArray: () => '*-1\r\n', resp3nil: () => '_\r\n', empty: () => '*0\r\n',
  ok: () => '+OK\r\n', bulk: () => '$5\r\nhello\r\n', short: () => '*2\r\n:1\r\n:5\r\n', long: () => '*5\r\n:1\r\n:1\r\n:1\r\n:1\r\n:1\r\n',
  strings: () => '*4\r\n$1\r\n1\r\n$1\r\n5\r\n$2\r\n10\r\n$1\r\n1\r\n', nan: () => '*4\r\n:1\r\n,nan\r\n:100\r\n:1\r\n', inf: () => '*4\r\n:1\r\n,inf\r\n:100\r\n:1\r\n',
  neg: () => '*4\r\n:1\r\n:-5\r\n:100\r\n:1\r\n', huge: () => '*4\r\n:1\r\n:99999999999999999999\r\n:100\r\n:1\r\n', nils: () => '*4\r\n$-1\r\n$-1\r\n$-1\r\n$-1\r\n',
  nested: () => '*4\r\n*1\r\n:1\r\n:1\r\n:100\r\n:1\r\n', error: () => '-ERR wrong\r\n', errs: () => '*4\r\n-ERR a\r\n-ERR b\r\n-ERR c\r\n-ERR d\r\n',
  map: () => '%2\r\n:1\r\n:5\r\n:100\r\n:1\r\n', bool: () => '*4\r\n#t\r\n:5\r\n:100\r\n:1\r\n', big: () => '(3492890328409238509324850943850943825024385\r\n',
  push: () => '>1\r\n_\r\n', push2: () => '>2\r\n+message\r\n_\r\n', http: () => 'HTTP/1.1 400 Bad Request\r\n\r\n', garbage: () => '\x00\xff\x01\r\n',
  twice: (a) => good(a) + good(a), thenNil: (a) => good(a) + '$-1\r\n', thenNilArray: (a) => good(a) + '*-1\r\n', thenErr: (a) => good(a) + '-ERR x\r\n', deep: () => '*1\r\n'.repeat(20000) + ':1\r\n', hugeArray: () => '*4294967295\r\n', hugeBulk: () => '$4294967295\r\nabc', hugeBulk2: () => '$99999999999999999999\r\nabc', negLen: () => '$-5\r\n', negArr: () => '*-7\r\n',
  close: (_, s) => { s.destroy(); return undefined; }, part: (_, s) => { s.end('*4\r\n:1\r\n'); return ''; }, emptyStr: () => '', moved: () => '-MOVED 3999 127.0.0.1:6381\r\n', noscript: () => '-NOSCRIPT No matching script\r\n', readonly: () => "-READONLY You can't write against a read only replica.\r\n",
  hugeReset: () => '*4\r\n:1\r\n:5\r\n:9999999999\r\n:1\r\n', two: () => '*4\r\n:2\r\n:5\r\n:100\r\n:1\r\n', double: () => '*4\r\n:1\r\n,1.5\r\n:100\r\n:1\r\n', set: () => '~4\r\n:1\r\n:5\r\n:100\r\n:1\r\n', blobErr: () => '!5\r\nERR x\r\n', verb: () => '=7\r\ntxt:abc\r\n', crlf: () => '\r\n', 
};
const only = process.argv[2];
for (const where of ['scripts', 'everything']) for (const [name, k] of Object.entries(kinds)) {
  if (only && only !== name) continue;
  uncaught = [];
  const lines: string[] = [];
  const log = pino({level:'debug'}, { write: (l: string) => void lines.push(JSON.parse(l).msg.slice(0,40) + ' / ' + JSON.parse(l).err?.message) });
  const fake = await startFakeRedis(where === 'everything' ? (_, a, s) => k(a, s) : undefined);
  const w = openSharedWindows(fake.url, log);
  for (let i = 0; i < 60 && !w.isReachable(); i++) await new Promise(r => setTimeout(r, 10));
  const before = w.isReachable();
  if (where === 'scripts') fake.answer((_, a, s) => k(a, s));
  const t = performance.now();
  const got = await Promise.all([w.take('a', 1, 10), w.take('b', 1, 10)].map((p) => Promise.race([p, new Promise(r => setTimeout(() => r('TIMEOUT'), 3000))])));
  const ms = Math.round(performance.now() - t);
  const seen = new Set<boolean>();
  for (let i = 0; i < 100; i++) { seen.add(w.isReachable()); await new Promise(r => setTimeout(r, 10)); }
  const now = w.isReachable();
  fake.answer(null);
  let back = 0;
  if (where === 'scripts') { const s = performance.now(); while (!w.isReachable() && performance.now() - s < 8000) await new Promise(r => setTimeout(r, 10)); back = w.isReachable() ? Math.round(performance.now() - s) : -1; }
  w.close(); await fake.close();
  console.log(where, name, 'before', before, JSON.stringify(got), ms + 'ms', 'now', now, [...seen].join(), 'back', back, 'cmds', fake.count('eval')+fake.count('evalsha'), JSON.stringify(lines), uncaught.length ? 'UNCAUGHT ' + uncaught.length + ' ' + uncaught[0] : '');
}
process.exit(0);
