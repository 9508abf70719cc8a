// The floor: bare `node:http` and `pg`, one prepared statement a request, no key, no rule, no limit, no log.
import { createServer } from 'node:http';
import { createCustomer, createCustomerTogether, findCustomer, newestCustomers, port } from './database.js';

const create = process.env.COALESCING ? createCustomerTogether : createCustomer;

async function readJson(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString());
}

function present({ newAccount, email: _, runningSubscriptions, ...profile }) {
  return { success: true, newAccount, ...profile, runningSubscriptionList: runningSubscriptions };
}

async function answer(request) {
  if (request.method === 'POST') return present(await create(await readJson(request)));
  if (request.url === '/customers') return newestCustomers();
  return findCustomer(new URL(request.url, 'http://floor').searchParams.get('email'));
}

createServer((request, response) => {
  answer(request).then(
    (body) => {
      const text = Buffer.from(JSON.stringify(body));
      response.writeHead(200, { 'Content-Type': 'application/json', 'Content-Length': text.byteLength });
      response.end(text);
    },
    (error) => {
      response.writeHead(500);
      response.end(String(error));
    },
  );
}).listen(port, '127.0.0.1');
