// What a key can be restricted to, and what a field can ask of the key that runs it.

/** Every scope, with what it allows. Fields name the one they need where they are declared. */
export const scopes = {
  'customer:create': 'Create customers, or get existing ones.',
  'customer:read': 'Read customers and their related records.',
  'customer:write': 'Change customers, and see who changed them.',
  'ip:read': 'Look up information about an IP address.',
} as const;

/** A capability that a key may be restricted to. */
export type Scope = keyof typeof scopes;

/** What a field asks of a key: a scope, or to be a `ROOT` key. */
export type Requirement = Scope | 'ROOT';
