// What a credit balance may be: a whole number of 32 bits.

const LARGEST = 2_147_483_647;
const SMALLEST = -2_147_483_648;

/** Whether a balance may be that; an amount, too. */
export function isBalance(value: number): boolean {
  return value >= SMALLEST && value <= LARGEST;
}

/** SQL for the same. */
export const isBalanceSql = (value: string) => `${value} between ${SMALLEST} and ${LARGEST}`;
