// Customers as tests name them.
import type { TestGateway } from './gateway.ts';

/** What names a customer. */
export interface Named {
  email: string;
  cuRefNo: string;
}

export const byReference = ({ cuRefNo }: Named) => ({ cuRefNo });
export const byMailbox = ({ email }: Named) => ({ email });

let count = 0;

/** Creates a customer with an address that no other one of the test file has. */
export async function createNamed(gateway: Pick<TestGateway, 'rest'>): Promise<Named> {
  count += 1;
  const email = `customer${count}@example.com`;
  return { email, cuRefNo: (await gateway.rest({ email })).body.cuRefNo };
}
