// What the peers share: connections, and the statements of whoever writes SQL by hand.
import { randomBytes } from 'node:crypto';
import pg from 'pg';
import { light, whole } from './statements.js';

export { PAGE } from './statements.js';

export const organisationId = Number(process.env.ORGANISATION);
export const port = Number(process.env.PORT);
export const databaseUrl = process.env.DATABASE_URL;
const CONNECTIONS = 10;

export const pool = new pg.Pool({ connectionString: databaseUrl, min: CONNECTIONS, max: CONNECTIONS });

export const newReference = () => randomBytes(8).toString('hex');

const statements = process.env.LIGHT ? light : whole;

/** Connections that take statements before they have answered the ones before, in turn. */
async function openPipelines() {
  const clients = Array.from(
    { length: CONNECTIONS },
    () => new pg.Client({ connectionString: databaseUrl, pipeline: true }),
  );
  await Promise.all(clients.map((client) => client.connect()));
  let next = 0;
  return (query) => clients[next++ % CONNECTIONS].query(query);
}

const send = process.env.PIPELINED ? await openPipelines() : (query) => pool.query(query);

/** Sends one of the statements, prepared. */
const run = ({ name, text }, values) => send({ name, text, values });

/** Creates a customer or returns the one that is there, in one prepared statement. */
export async function createCustomer({ email, companyName, customerRealIp }) {
  const values = [organisationId, email, companyName, newReference(), customerRealIp];
  const { rows } = await run(statements.createOrReturn, values);
  return rows[0];
}

const LANES = 2;
const LARGEST_BATCH = 64;
let busy = 0;
const waiting = [];

/** The same, but what arrives while both lanes are busy travels together. */
export function createCustomerTogether(input) {
  return new Promise((resolve, reject) => {
    waiting.push({ input, resolve, reject });
    depart();
  });
}

async function depart() {
  if (busy === LANES || waiting.length === 0) return;
  busy += 1;
  const batch = waiting.splice(0, LARGEST_BATCH);
  try {
    const column = (of) => batch.map(({ input }) => of(input));
    const values = [
      organisationId,
      column(({ email }) => email),
      column(({ companyName }) => companyName),
      column(newReference),
      column(({ customerRealIp }) => customerRealIp),
    ];
    const { rows } = await run(statements.createOrReturnMany, values);
    const byEmail = new Map(rows.map((row) => [row.email, row]));
    for (const { input, resolve } of batch) resolve(byEmail.get(input.email.toLowerCase()));
  } catch (error) {
    for (const { reject } of batch) reject(error);
  } finally {
    busy -= 1;
    depart();
  }
}

export async function findCustomer(email) {
  return (await run(statements.byEmail, [organisationId, email])).rows[0] ?? null;
}

export async function newestCustomers() {
  return (await run(statements.newest, [organisationId])).rows;
}
