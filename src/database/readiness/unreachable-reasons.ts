// The failures of a connection that have a name, and how an operator is told of each.

/** Where a connection was to lead to, as a sentence names it. */
export interface Target {
  /** Host and port, or the path of the socket. */
  readonly at: string;
  readonly host: string;
  /** Both in quotes. */
  readonly user: string;
  readonly database: string;
}

/**
 * A failure, by SQLSTATE, alone or with the place in PostgreSQL, by the system's code, or by what a driver or pooler says; what it means; and what
 * health says of it, to anybody.
 */
export type Reason = readonly [failure: RegExp, say: (target: Target, text: string) => string, health: string];

const UNREACHED = 'cannot be reached';

const refusesUser = ({ at, user }: Target) => `the server at ${at} refuses the user ${user} or its password`;
const notAccepted = (why: string) => () => `the TLS certificate of the server is not accepted: ${why}`;

/** What does not mend itself: a setting is wrong, here or on the server. */
export const lasting: readonly Reason[] = [
  [/^28P01$|client password must be|unsupported.*authentication/i, refusesUser, UNREACHED],
  [/password authentication failed|no such user|auth(entication)? failed|SASL|wrong password/i, refusesUser, UNREACHED],
  [
    /^3D000$|no such database|database "[^"]*" does not exist/i,
    ({ at, database }) => `the server at ${at} has no database named ${database}`,
    UNREACHED,
  ],
  [
    /bouncer config error/i,
    ({ at, database }) => `the pooler at ${at} has no database named ${database}, or its own settings are wrong`,
    UNREACHED,
  ],
  [
    /^28000$/,
    ({ at, user }) => `the server at ${at} does not admit the user ${user} from this address or with this encryption`,
    UNREACHED,
  ],
  [
    /^42501 CheckMyDatabase$/,
    ({ user, database }) =>
      `the user ${user} may not connect to the database ${database} (it lacks the privilege CONNECT)`,
    UNREACHED,
  ],
  [
    /unsupported (options )?startup parameter/i,
    (_, text) => `the pooler refuses the parameters of the URL (${text})`,
    UNREACHED,
  ],
  [/does not support SSL/i, ({ at }) => `the server at ${at} does not offer TLS`, UNREACHED],
  [/^ERR_TLS_CERT_ALTNAME_INVALID$/, ({ host }) => notAccepted(`it was not issued for the name ${host}`)(), UNREACHED],
  [/^CERT_HAS_EXPIRED$/, notAccepted('it has expired'), UNREACHED],
  [/^CERT_NOT_YET_VALID$/, notAccepted('it is not valid yet'), UNREACHED],
  [
    /^(UNABLE_TO_(GET_ISSUER|VERIFY_LEAF)|SELF_SIGNED|DEPTH_ZERO|CERT_UNTRUSTED|INVALID_CA)/,
    notAccepted('it is not signed by a trusted authority'),
    UNREACHED,
  ],
  [/^(CERT_|UNABLE_TO_|.*_CERT$|HOSTNAME_MISMATCH)/, (_, code) => notAccepted(code)(), UNREACHED],
  [
    /^ERR_SSL_.*ALERT_(UNKNOWN_CA|(BAD_|UNSUPPORTED_)?CERTIFICATE)/,
    () => 'the server does not accept the certificate in sslcert',
    UNREACHED,
  ],
  [/^(ERR_SSL|ERR_TLS|ERR_OSSL)/, (_, code) => `the TLS handshake with the server failed (${code})`, UNREACHED],
];

/** What may be over in a while. */
export const passing: readonly Reason[] = [
  [
    /no more connections allowed/i,
    ({ at }) => `the pooler at ${at} has no connection left`,
    'takes no more connections',
  ],
  [
    /query_wait_timeout/i,
    ({ at }) => `no connection of the pooler at ${at} became free in time`,
    'takes no more connections',
  ],
  [
    /server login|server_login_retry|pgbouncer cannot connect/i,
    ({ at }) => `the pooler at ${at} cannot reach the server`,
    UNREACHED,
  ],
  [/^(08...|57P0[1-5])$/, ({ at }) => `the server at ${at} is starting or stopping`, UNREACHED],
  [/^53300$/, ({ at }) => `the server at ${at} has no connection left`, 'takes no more connections'],
  [/^(53100|53200)$/, ({ at }) => `the server at ${at} has no memory or disk space left`, 'has no room on its disk'],
  [/^25006$/, ({ at }) => `the server at ${at} is read-only`, 'is read-only'],
  [
    /^(57014|55P03)$/,
    () => 'a statement was cancelled: a table is locked, or statement_timeout is too short',
    'keeps a table locked',
  ],
  [
    /query read timeout/i,
    ({ at }) => `a statement was not answered in time: a table is locked, or the server at ${at} does not answer`,
    'does not answer in time',
  ],
  [/^ENOTFOUND$|^EAI_AGAIN$/, ({ host }) => `there is no host named ${host}`, UNREACHED],
  [/^ECONNREFUSED$/, ({ at }) => `nothing listens at ${at} (ECONNREFUSED)`, UNREACHED],
  [/^ENOENT$/, ({ at }) => `there is no ${at}`, UNREACHED],
  [
    /^(EHOSTUNREACH|ENETUNREACH|EADDRNOTAVAIL|EACCES)$/,
    ({ at }, code) => `${at} cannot be reached (${code})`,
    UNREACHED,
  ],
  [/^ETIMEDOUT$|time[ds]? ?out|timeout/i, ({ at }) => `the server at ${at} does not answer`, 'does not answer in time'],
  [
    /^(ECONNRESET|EPIPE)$|connection terminated|there was an error establishing an SSL/i,
    ({ at }) => `the server at ${at} closed the connection`,
    UNREACHED,
  ],
];
