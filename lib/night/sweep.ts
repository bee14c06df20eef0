import type { Bucket } from '../manifest/bucket.ts'
import { type AnyDefinition, isTask } from '../table/definition.ts'
import { runsUntil } from './lock.ts'
import { log } from './log.ts'
import { attemptsOf, STAGING } from './receipt.ts'
import { runOf } from './task.ts'

/**
 * Deletes the files that functions which died have left of tables that are complete: of this execution,
 * whose tasks have all ended, and of those that had the run date before it. What failed keeps its files
 * for a person to look at, and nobody else's are touched: a night of another date may read the same day.
 */
export async function sweep(
  bucket: Bucket,
  complete: readonly AnyDefinition[],
  night: { readonly date: string; readonly run: string },
): Promise<void> {
  const keys = await bucket.list(STAGING)
  if (keys.length === 0) return
  const runs = await runsUntil(bucket, night)
  const places = complete.flatMap((own) =>
    isTask(own) || own.made.by === 'transform' ? [] : [attemptsOf(own)],
  )
  const left = keys.filter((key) => {
    const place = places.find((place) => key.startsWith(place))
    const [, attempt = ''] = place === undefined ? [] : key.slice(place.length).split('/')
    return runs.has(runOf(attempt))
  })
  if (left.length === 0) return
  await bucket.delete(left)
  log('swept', { objects: left.length })
}
