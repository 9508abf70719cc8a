// What an example is, and the names that differ between the demo organisation and others.

/** An operation that GraphiQL offers. */
export interface Example {
  /** What it is about. */
  readonly group: string;
  readonly name: string;
  /** What it does, in one sentence. */
  readonly about: string;
  readonly query: string;
  readonly variables?: Readonly<Record<string, unknown>>;
  /** Whether it needs a key with the prefix `ROOT`. */
  readonly needsRoot?: true;
}

/** What examples name. */
export interface Names {
  /** Whether these are in the demo organisation: there, examples leave everything so that they can be run again. */
  readonly areReal: boolean;
  /** E-mail addresses: of a customer with much to see, of one to change, and of a third one. */
  readonly customer: string;
  readonly changed: string;
  readonly other: string;
  /** E-mail address of a company. */
  readonly company: string;
  /** E-mail address that no customer has. */
  readonly free: string;
  /** References of customers. */
  readonly reference: string;
  readonly deletedReference: string;
  readonly erasableReference: string;
  /** The global id of the customer that `reference` names. */
  readonly id: string;
  /** External ids of subscriptions. */
  readonly subscription: string;
  readonly endingSubscription: string;
  /** Slugs of groups. */
  readonly group: string;
  readonly otherGroup: string;
  readonly fingerprint: string;
}
