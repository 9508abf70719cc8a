// Examples about IP addresses, and about the caller itself.
import type { Example, Names } from './example.ts';

export const otherExamples = ({ customer }: Names): Example[] => [
  {
    group: 'IP addresses',
    name: 'IpInfo',
    about: 'Tells what can be known about an IP address.',
    query: `query IpInfo($ip: String!) {
  ipInfo(ip: $ip) {
    kind
    country { code name }
    city
    asn
    asOrganisation
    reverseDns { name confirmed }
    sources { name builtAt attribution }
  }
}
`,
    variables: { ip: '1.1.1.1' },
  },
  {
    group: 'IP addresses',
    name: 'IpHistory',
    about: 'Shows the addresses that a customer came from, newest first.',
    query: `query IpHistory($by: CustomerBy!, $first: Int) {
  customer(by: $by) {
    lastIp { address country { name } }
    ipHistory(first: $first) {
      edges { seenAt node { address country { code } } }
    }
  }
}
`,
    variables: { by: { email: customer }, first: 5 },
  },
  {
    group: 'Your key',
    name: 'Viewer',
    about: 'Shows whose key you use, and what is left of its limit.',
    query: `query Viewer {
  viewer {
    organisation { slug name }
    key { fingerprint prefix scopes }
    rateLimit { limit remaining resetAt }
  }
}
`,
  },
];
