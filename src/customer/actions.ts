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
  BANNED: { stored: 'banned', description: 'The customer was banned.', isOfProfile: false },
  UNBANNED: { stored: 'unbanned', description: 'The ban was lifted.', isOfProfile: false },
  DELETED: { stored: 'deleted', description: 'The customer was deleted.', isOfProfile: false },
  RESTORED: { stored: 'restored', description: 'The deleted customer was restored.', isOfProfile: false },
} as const satisfies Record<string, ActionTraits>;

/** An action, as the API names it. */
export type CustomerAction = keyof typeof customerActions;

const names = new Map(Object.entries(customerActions).map(([name, { stored }]) => [stored as string, name]));

/** The name of a stored action; undefined for one that only a newer version knows. */
export function actionNamed(stored: string): CustomerAction | undefined {
  return names.get(stored) as CustomerAction | undefined;
}
