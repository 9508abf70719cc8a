// GraphiQL in a browser, served from this process alone.
import type { GraphiQLOptions } from 'graphql-yoga';
import type { Outbound } from '../http/message.ts';

/** All that the page is made of stands in it; it talks to this gateway alone. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'unsafe-inline' blob:",
  'worker-src blob:',
  "style-src 'unsafe-inline'",
  'img-src data:',
  'font-src data:',
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Operations to begin with, one a tab. */
const examples = [
  `# Creates a customer, or returns the one that has this e-mail address: run it twice.
mutation CreateCustomer {
  createCustomer(
    input: {
      email: "jan@barasek.com"
      companyName: "BizKitHub"
      companyRegistrationNumber: "05103118"
      taxIdentificationNumber: "CZ9609040727"
      customerRealIp: "1.1.1.1"
    }
  ) {
    newAccount
    customer {
      cuRefNo
      email
      companyName
      createdAt
    }
  }
}
`,
  `# One customer with all that belongs to it.
query Customer {
  customer(by: { email: "jana.novakova@example.com" }) {
    cuRefNo
    phone
    firstName
    lastName
    companyName
    creditBalance
    premium
    ban
    groups { name slug }
    referral { code firstName lastName customer { creditBalance } }
    runningSubscriptions { productSlug orderNumber autoRenew }
    meta
    customFields
  }
}
`,
  `# The newest customers, page by page: put endCursor into after.
query Customers {
  customers(first: 5, after: null) {
    edges {
      cursor
      node { cuRefNo email firstName lastName companyName groups { slug } }
    }
    pageInfo { hasNextPage endCursor }
  }
}
`,
  `# What can be known about an IP address, and where a customer came from.
query Addresses {
  ipInfo(ip: "1.1.1.1") {
    kind
    country { code name }
    city
    asn
    asOrganisation
    reverseDns { name confirmed }
    sources { name builtAt attribution }
  }
  customer(by: { email: "jana.novakova@example.com" }) {
    lastIp { address country { name } }
    ipHistory(first: 5) {
      edges { seenAt node { address country { code } } }
    }
  }
}
`,
];

/** Pages that were rendered, by the key that is filled in: there are two at most, of nine megabytes, and all answers share their bytes. */
const pages = new Map<string | undefined, Promise<Buffer>>();

/**
 * GraphiQL as a page.
 *
 * @param key - the API key to fill in; none outside demo mode
 */
export async function graphiQLPage(key: string | undefined): Promise<Outbound> {
  const page = pages.get(key) ?? render(key);
  pages.set(key, page);
  // One that failed is tried again.
  page.catch(() => pages.delete(key));
  return {
    status: 200,
    contentType: 'text/html; charset=utf-8',
    headers: { 'Cache-Control': 'no-store', 'Content-Security-Policy': CONTENT_SECURITY_POLICY },
    body: await page,
  };
}

async function render(key: string | undefined): Promise<Buffer> {
  // Nine megabytes of browser code: loaded when first asked for.
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const headers = key && JSON.stringify({ Authorization: `Bearer ${key}` }, null, 2);
  const options: GraphiQLOptions = {
    title: 'Customer gateway',
    ...(headers && { headers, defaultHeaders: headers, defaultTabs: examples.map((query) => ({ query, headers })) }),
  };
  return Buffer.from(renderGraphiQL(options));
}
