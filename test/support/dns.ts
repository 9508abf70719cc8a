// A DNS server of a test's own, on loopback.
import { createSocket } from 'node:dgram';
import { type Answer, decode, encode, type Packet, type Question, type StringAnswer } from 'dns-packet';

/** Names of a zone, by type and name: `{ 'PTR 1.1.1.1.in-addr.arpa': ['one.example'] }`. */
export type Zone = Record<string, string[]>;

export interface TestDns {
  /** `127.0.0.1:…` */
  server: string;
  /** What was asked so far: `PTR 1.1.1.1.in-addr.arpa`. */
  questions: string[];
  /** Most questions that were open at once. */
  mostOpen(): number;
  zone: Zone;
  /** How it behaves: answers, at once or after some milliseconds; fails (SERVFAIL); or says nothing. */
  behaviour: { delay: number } | 'fails' | 'silent';
  close(): Promise<void>;
}

const NXDOMAIN = 3;
const SERVFAIL = 2;

/** Starts a DNS server that knows a zone, and of all other names that they do not exist. */
export async function startDns(zone: Zone = {}): Promise<TestDns> {
  const socket = createSocket('udp4');
  let open = 0;
  let mostOpen = 0;
  const dns: TestDns = {
    server: '',
    questions: [],
    mostOpen: () => mostOpen,
    zone,
    behaviour: { delay: 0 },
    close: () => new Promise((resolve) => socket.close(() => resolve())),
  };

  socket.on('message', (message, { port, address }) => {
    const query = decode(message);
    const [question] = query.questions ?? [];
    if (!question) return;
    const asked = `${question.type} ${question.name}`;
    dns.questions.push(asked);
    open += 1;
    mostOpen = Math.max(mostOpen, open);
    if (dns.behaviour === 'silent') return;
    const answer = answerTo(query.id, question, dns.behaviour === 'fails' ? SERVFAIL : dns.zone[asked]);
    const send = () => {
      open -= 1;
      socket.send(encode(answer), port, address);
    };
    if (dns.behaviour === 'fails' || dns.behaviour.delay === 0) send();
    else setTimeout(send, dns.behaviour.delay);
  });
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve));
  dns.server = `127.0.0.1:${socket.address().port}`;
  return dns;
}

/** The packet that answers a question: with names, with a code of failure, or that there is no such name. */
function answerTo(id: number | undefined, question: Question, found: string[] | number = NXDOMAIN): Packet {
  const [code, names] = typeof found === 'number' ? [found, []] : [0, found];
  const answers = names.map(
    (data) => ({ type: question.type, name: question.name, ttl: 60, data }) as StringAnswer as Answer,
  );
  return { id, type: 'response', flags: 0x0180 | code, questions: [question], answers } as Packet;
}
