// The command `customers`: what operators do with the customers of an organisation.
import { program, run } from '../operator.ts';
import { addChanges } from './customers/change.ts';
import { addCheckEmails } from './customers/check-emails.ts';
import { addFind } from './customers/find.ts';
import { addShow } from './customers/show.ts';

const customers = program('customers', 'Customers of an organisation.');
addFind(customers);
addShow(customers);
addChanges(customers);
addCheckEmails(customers);

/** Runs the command line of the process. */
export const main = () => run(customers);
