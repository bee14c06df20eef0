import { Failure } from '../error.ts'
import type { Extract } from '../manifest/manifest.ts'
import { isOfItsDate } from '../table/definition.ts'
import type { Load } from './audit.ts'
import { tableName } from './ddl.ts'
import { hasJournal, journalOf, timeOf } from './journal.ts'
import type { Work } from './load.ts'
import { isIncremental } from './publish.ts'

/**
 * The load that has published newer rows of the same date, or of a later one where a table is all of one
 * date and is not forced: it stands for this one. Newer is what was read later. Throws a WarehouseRefused
 * where it cannot stand for it: it is of an earlier date, or changes were added meanwhile.
 */
export async function newerLoad(work: Work, extract?: Extract): Promise<Load | undefined> {
  const { warehouse, table, date, deadline } = work
  if (!hasJournal(table)) return undefined
  const newer = whereNewer(work, extract?.readAt)
  if (!newer) return undefined
  const { condition, parameters } = newer
  const text = `select run, run_date from ${tableName(journalOf(table))}
where ${condition}
order by read_at desc nulls last limit 1`
  const [row] = await warehouse.query({ text, parameters }, deadline)
  if (!row) return undefined
  const found = { run: row.run ?? '', date: row.run_date ?? '' }
  const stands = !work.force && isOfItsDate(table) && found.date > date
  if (!isIncremental(table) && (stands || found.date === date)) return found
  const problem = `${found.run} has loaded it since this extract was read: run it again`
  throw new Failure('WarehouseRefused', `${table.id}: ${problem}`)
}

/** Which loads of the journal this one may not come after: undefined where it may come after any. */
function whereNewer({ table, date, force }: Work, readAt?: string) {
  const read = readAt === undefined ? undefined : { read_at: timeOf(readAt) }
  // Of two that read at once, nobody knows which has seen a change of the two first.
  const column = isIncremental(table) ? 'read_until' : 'read_at'
  const isNewer = `${column} > cast(:read_at as timestamp)`
  const isLater = 'run_date > cast(:date as date)'
  if (isIncremental(table) || (isOfItsDate(table) && force)) {
    return read && { condition: isNewer, parameters: read }
  }
  if (!isOfItsDate(table)) {
    const condition = `run_date = cast(:date as date) and ${isNewer}`
    return read && { condition, parameters: { date, ...read } }
  }
  const condition = read ? `${isLater} or ${isNewer}` : isLater
  return { condition, parameters: { date, ...read } }
}
