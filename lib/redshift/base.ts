import { Failure } from '../error.ts'
import type { Increment } from '../manifest/manifest.ts'
import { findLoad, newestLoad } from './audit.ts'
import { tableName } from './ddl.ts'
import type { Work } from './load.ts'
import { assertCount, type Step } from './publish.ts'

/** What mends a table to which changes cannot be added. */
export const FORCE = 'Run it with "force": true, which reads the whole table'

/**
 * What makes sure that changes are added to what they were read for: the load that they build on is in
 * this warehouse, and the table has as many rows as its last load left. Throws a WarehouseRefused, or
 * gives what the transaction has to check.
 */
export async function checkBase(work: Work, increment: Increment | undefined): Promise<Step[]> {
  const { table } = work
  const { base } = increment ?? {}
  if (!base) return []
  const refuse = (sentence: string) => new Failure('WarehouseRefused', `${table.id}: ${sentence}`)
  const newest = await newestLoad(work)
  const found = await findLoad(work, base)
  if (found === undefined || newest?.tableRows === undefined) {
    const what = `the changes were read since the load of ${base.run} for ${base.date}`
    throw refuse(`${what}, and this warehouse does not have that. ${FORCE}`)
  }
  const count = `(select count(*) from ${tableName(table)})`
  const wrong = `it no longer has the ${newest.tableRows} rows that ${newest.run} left. ${FORCE}`
  return [assertCount(count, newest.tableRows, wrong)]
}
