// Tells what a merge would do, and does nothing.
import type { OperationContext } from '../../operation-context.ts';
import { nobody } from '../change.ts';
import { type MergePlan, planMerge } from './plan.ts';
import { findSides, readSides, type SideKeys } from './sides.ts';

/** Works out what `mergeCustomers` would do now. @throws ApiError as that one would */
export async function previewMerge({ database }: OperationContext, keys: SideKeys): Promise<MergePlan> {
  // Both are read by one statement, hence as they are at one moment. Other fields of the query run meanwhile, so that it cannot be one transaction.
  const sides = await readSides(database, await findSides(database, keys));
  if (!sides) throw nobody();
  return planMerge(sides.survivor, sides.duplicate);
}
