// Bodies of requests, in the type that they say they have or in another one.
import type { Dice } from './dice.ts';
import { anyText, mutated, oddCharacters } from './texts.ts';
import { anyName, brokenBytes, brokenJson } from './values.ts';

/** A body and what is said about it. */
export interface GeneratedBody {
  /** Undefined for a request without a body. */
  bytes?: Buffer;
  contentType?: string;
}

const jsonTypes = [
  ...['application/json', 'application/json; charset=utf-8', 'APPLICATION/JSON', 'application/json;charset="UTF-8"'],
  ...['application/json; charset=us-ascii', 'application/json; charset=utf8', 'application/json;  a=b'],
];
const otherTypes = [
  ...[
    'text/plain',
    'application/graphql',
    'application/xml',
    'text/json',
    'application/vnd.api+json',
    'constructor',
    '',
  ],
  ...[
    'application/json; charset=utf-16',
    'application/json; charset=x',
    'application/json, text/plain',
    'multipart/form-data',
  ],
  ...[
    'application/x-www-form-urlencoded; charset=latin1',
    '\u00ff',
    ';',
    '__proto__',
    'toString',
    'multipart/mixed; boundary=x',
  ],
];
const FORM = 'application/x-www-form-urlencoded';

function formText(dice: Dice, members: Record<string, unknown>): string {
  const pairs = Object.entries(members).map(([name, value]) => {
    const text = typeof value === 'object' ? (JSON.stringify(value) ?? '') : String(value);
    return new URLSearchParams({ [name]: text }).toString();
  });
  if (dice.chance(0.85)) return pairs.join('&');
  const more = [
    '=',
    '&&',
    'a',
    'email=twice@example.com',
    'x=%zz',
    'x=%ff',
    'x[]=1&x[]=2',
    'email[]=a',
    '%00=%00',
    'a=b=c',
  ];
  return [...pairs, dice.pick(more), '&'.repeat(dice.pick([1, 1_000, 30_000]))].join('&');
}

function multipart(dice: Dice, members: Record<string, unknown>, boundary: string): string {
  const odd = dice.chance(0.2);
  const parts = Object.entries(members).map(([name, value]) => {
    const quoted = JSON.stringify(name);
    const file = odd && dice.chance(0.4) ? `; filename=${dice.pick(['"a.txt"', '""', '"../x"', 'b', '"\u0000"'])}` : '';
    const type =
      odd && dice.chance(0.4) ? `Content-Type: ${dice.pick(['text/plain', 'application/json', 'x'])}\r\n` : '';
    const disposition = odd ? dice.pick(['form-data', 'attachment', '', 'form-data;;']) : 'form-data';
    const text = typeof value === 'string' ? value : JSON.stringify(value);
    return `--${boundary}\r\nContent-Disposition: ${disposition}; name=${quoted}${file}\r\n${type}\r\n${text}\r\n`;
  });
  const many = odd && dice.chance(0.2) ? dice.pick([50, 400]) : 0;
  const tiny = `--${boundary}\r\nContent-Disposition: form-data; name="x"\r\n\r\n\r\n`.repeat(many);
  const whole = `${parts.join('')}${tiny}--${boundary}--\r\n`;
  return odd
    ? dice.pick([whole, mutated(dice, whole), whole.slice(0, dice.below(whole.length)), whole.replaceAll('\r', '')])
    : whole;
}

/**
 * A body that holds members, well or badly written.
 *
 * @param share - of bodies that are as the API wants them
 */
export function anyBody(dice: Dice, members: Record<string, unknown>, share: number): GeneratedBody {
  const good = JSON.stringify(members);
  if (dice.chance(share)) return { bytes: Buffer.from(good), contentType: dice.pick(jsonTypes) };
  const boundary = dice.pick(['x', '----WebKitFormBoundary7MA4YWxk', "'()+_,-./:=?", 'y'.repeat(70)]);
  const multipartType = `multipart/form-data; boundary=${dice.chance(0.5) ? JSON.stringify(boundary) : boundary}`;
  return dice.pick<() => GeneratedBody>([
    () => ({ bytes: Buffer.from(brokenJson(dice, good)), contentType: 'application/json' }),
    () => ({ bytes: Buffer.from(mutated(dice, good)), contentType: 'application/json' }),
    () => ({ bytes: brokenBytes(dice, good), contentType: 'application/json' }),
    () => ({ bytes: Buffer.from(withMore(dice, members)), contentType: 'application/json' }),
    () => ({ bytes: Buffer.from(good.padEnd(dice.pick([65_536, 65_537, 90_000]))), contentType: 'application/json' }),
    () => ({ bytes: Buffer.from(good), contentType: dice.pick([...otherTypes, FORM]) }),
    () => ({ bytes: Buffer.from(good) }),
    () => ({ contentType: 'application/json' }),
    () => ({ bytes: Buffer.from(formText(dice, members)), contentType: FORM }),
    () => ({ bytes: Buffer.from(formText(dice, members)), contentType: FORM }),
    () => ({ bytes: brokenBytes(dice, formText(dice, members)), contentType: FORM }),
    () => ({ bytes: Buffer.from(formText(dice, members)), contentType: dice.pick([...jsonTypes, ...otherTypes]) }),
    () => ({ bytes: Buffer.from(multipart(dice, members, boundary)), contentType: multipartType }),
    () => ({ bytes: Buffer.from(multipart(dice, members, boundary)), contentType: multipartType }),
    () => ({ bytes: brokenBytes(dice, multipart(dice, members, boundary)), contentType: multipartType }),
    () => ({ bytes: Buffer.from(multipart(dice, members, boundary)), contentType: dice.pick(otherTypes) }),
  ])();
}

/** The members in JSON, among others that nobody knows. */
function withMore(dice: Dice, members: Record<string, unknown>): string {
  const odd = dice.pick(oddCharacters);
  const long = odd.repeat(dice.pick([10, 255, 1_021, 8_000]));
  const more = dice.some(5, () => [anyName(dice), dice.chance(0.5) ? anyText(dice) : long] as const);
  return JSON.stringify({ ...members, ...Object.fromEntries(more) });
}
