// What a key can be restricted to.

/** Every scope, with what it allows. Operations name the one they need where they are declared. */
export const scopes = {
  'customer:create': 'Create customers, or get the one that exists.',
  'customer:read': 'Read customers and what belongs to them.',
} as const;

/** A capability that a key may be restricted to. */
export type Scope = keyof typeof scopes;
