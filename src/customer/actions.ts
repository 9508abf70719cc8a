// What can be done with a customer: every action that its history may tell, as the change log stores it and as the API names it.

interface ActionTraits {
  /** As stored. */
  readonly stored: string;
  readonly description: string;
  /** Whether it changes the profile, hence the version. */
  readonly isOfProfile: boolean;
}

/** Every action, by its name in the API. */
export const customerActions = {
  CREATED: { stored: 'created', description: 'The customer was created.', isOfProfile: false },
  FILLED: {
    stored: 'filled',
    description: 'Blank company fields were filled in by `createCustomer`.',
    isOfProfile: true,
  },
  UPDATED: { stored: 'updated', description: 'The profile was updated.', isOfProfile: true },
  EMAIL_CHANGED: { stored: 'e-mail changed', description: 'The e-mail address was changed.', isOfProfile: true },
  EMAIL_REWRITTEN: {
    stored: 'e-mail rewritten',
    description: 'The e-mail address was rewritten by an operator, in the form that it has today.',
    isOfProfile: true,
  },
  CREDIT_ADJUSTED: { stored: 'credit adjusted', description: 'Credit was added or taken.', isOfProfile: false },
  GROUPS_CHANGED: {
    stored: 'groups changed',
    description: 'The customer was added to groups, or removed from some.',
    isOfProfile: false,
  },
  REFERRAL_SET: {
    stored: 'referral set',
    description: 'It was set, or cleared, who brought the customer.',
    isOfProfile: true,
  },
  MERGED: {
    stored: 'merged',
    description: 'Another customer was merged into this one.',
    isOfProfile: true,
  },
  MERGED_INTO: {
    stored: 'merged into',
    description: 'The customer was merged into another one.',
    isOfProfile: false,
  },
  SUBSCRIPTION_STARTED: {
    stored: 'subscription started',
    description: 'A subscription was started.',
    isOfProfile: false,
  },
  SUBSCRIPTION_UPDATED: {
    stored: 'subscription updated',
    description: 'A subscription was changed.',
    isOfProfile: false,
  },
  SUBSCRIPTION_ENDED: {
    stored: 'subscription ended',
    description: 'The end of a subscription was set.',
    isOfProfile: false,
  },
  BANNED: { stored: 'banned', description: 'The customer was banned.', isOfProfile: false },
  UNBANNED: { stored: 'unbanned', description: 'The ban was lifted.', isOfProfile: false },
  DELETED: { stored: 'deleted', description: 'The customer was deleted.', isOfProfile: false },
  ERASED: {
    stored: 'erased',
    description: 'What is personal was erased: the fields are named, their values are gone.',
    isOfProfile: true,
  },
  RESTORED: { stored: 'restored', description: 'The deleted customer was restored.', isOfProfile: false },
} as const satisfies Record<string, ActionTraits>;

/** An action, as the API names it. */
export type CustomerAction = keyof typeof customerActions;

const names = new Map(Object.entries(customerActions).map(([name, { stored }]) => [stored as string, name]));

/** The name of a stored action; undefined for one that only a newer version knows. */
export function actionNamed(stored: string): CustomerAction | undefined {
  return names.get(stored) as CustomerAction | undefined;
}
