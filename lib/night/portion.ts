import type { Bucket } from '../manifest/bucket.ts'
import type { Portion } from '../manifest/extract.ts'
import type { Definition } from '../table/definition.ts'
import { daysBefore } from '../table/moment.ts'
import { declarationOf, startOf } from '../table/portion.ts'
import { lastReceipt } from './receipt.ts'
import type { TaskInput } from './task.ts'

/**
 * What a night reads of a table of which it reads only the changes: those since the last load that is
 * complete, as its receipt says; or all rows, where there is none, where it was of another declaration,
 * or where the night is forced. Undefined for any other table.
 */
export async function portionOf(
  bucket: Bucket,
  table: Definition,
  { date, force }: Pick<TaskInput, 'date' | 'force'>,
): Promise<Portion | undefined> {
  const incremental = table.made.by === 'extract' ? table.made.incremental : undefined
  if (!incremental) return undefined
  const declaration = declarationOf(table)
  const receipt = force ? undefined : await lastReceipt(bucket, table)
  const last = receipt?.increment
  if (!receipt || last?.bound === undefined || last.declaration !== declaration) {
    return { slice: {}, keys: false, increment: { declaration, reconciled: date } }
  }
  const { reconcileDays = Number.POSITIVE_INFINITY, cursor } = incremental
  const keys =
    reconcileDays < Number.POSITIVE_INFINITY && isDue(last.reconciled, date, reconcileDays)
  const base = { run: receipt.run, date: receipt.date }
  const reconciled = keys ? date : last.reconciled
  const since = { column: cursor, value: startOf(table.id, incremental, last.bound) }
  return { slice: { since }, keys, increment: { base, declaration, reconciled } }
}

const isDue = (last: string, date: string, days: number): boolean => last <= daysBefore(date, days)
