// Clients that ask without end and never read an answer: `node client.ts PORT CONNECTIONS < request`. Runs until it is told to end.
import { readFileSync } from 'node:fs';
import { connect } from 'node:net';

/** Connections from one address of this machine: fewer than its share. */
const OF_ONE_ADDRESS = 950;
/** Bytes that are written at once. */
const PACKET = 64 * 1024;
/** Milliseconds after which a connection that was closed is opened again. */
const PAUSE = 250;

const [port, connections] = process.argv.slice(2).map(Number);
const request = readFileSync(0);
const packet = Buffer.concat(Array.from({ length: Math.ceil(PACKET / request.length) }, () => request));
let opened = 0;

function flood(lane: number): void {
  const localAddress = `127.0.0.${2 + Math.floor(lane / OF_ONE_ADDRESS)}`;
  const socket = connect({ port: Number(port), host: '127.0.0.1', localAddress });
  const write = () => {
    while (socket.write(packet));
  };
  socket.on('connect', () => {
    opened += 1;
    write();
  });
  socket.on('drain', write);
  socket.on('error', () => {});
  socket.on('close', () => setTimeout(flood, PAUSE, lane));
}

for (let lane = 0; lane < Number(connections); lane++) flood(lane);
process.on('SIGTERM', () => {
  console.log(opened);
  process.exit(0);
});
