import { Failure } from '../error.ts'
import type { Extract } from '../manifest/manifest.ts'
import { partitionOf } from '../table/definition.ts'
import { daysBefore } from '../table/moment.ts'
import { loads } from './audit.ts'
import { stageName, tableName } from './ddl.ts'
import type { Work } from './load.ts'
import { isIncremental, type Step, step } from './publish.ts'

/** A table of fewer rows may lose half of them by chance: of that, no more is asked than a row. */
const SMALL = 100
/** The days that a new day is compared with: a week, since weekends are unlike other days. */
const WEEK = 7

/** The fewest rows that are published without being asked. */
interface Least {
  readonly rows: number
  /** What is to be said of fewer. */
  readonly found: (rows: number) => string
  /** What to do about it. */
  readonly advice: string
}

/**
 * Refuses rows that are suspiciously few: none where there were any, or less than half. Throws a
 * WarehouseRefused, or gives what the transaction has to check right after it has filled the stage,
 * where only that tells how many there are. Changes are not asked, unless all keys were read with them:
 * then those are the rows to be left.
 */
export async function checkShrinking(work: Work, extract?: Extract): Promise<Step[]> {
  const { table, accept } = work
  const { keys, increment, rows } = extract ?? {}
  const isWhole = isIncremental(table) ? !increment?.base || keys : !isMerged(work)
  if (table.mayShrink || !isWhole) return []
  const least = await leastOf(work)
  if (!least) return []
  const failure = (rows: number) => `${least.found(rows)}. ${least.advice}`
  const known = increment?.base ? keys?.rows : rows
  if (known === undefined) {
    const count = `(select count(*) from ${stageName(table)})`
    const statement = `select 1 / case when ${count} >= ${least.rows} then 1 else 0 end`
    return [{ ...step(statement), failure, few: least.found }]
  }
  if (known >= least.rows) return []
  if (!accept) throw new Failure('WarehouseRefused', `${table.id}: ${failure(known)}`)
  accept(least.found(known))
  return []
}

const isMerged = ({ table: { publish } }: Work): boolean =>
  typeof publish === 'object' && 'merge' in publish

/**
 * What the last load of all rows left is the measure; of a table of days, what the last load of the same
 * day did, or else the week before it, where that is whole: the fewest rows of its days.
 */
async function leastOf(work: Work): Promise<Least | undefined> {
  const { table, date } = work
  const byDay = await lastLoads(work, partitionOf(table) ? daysBefore(date, WEEK) : undefined)
  if (!partitionOf(table)) {
    const [[night, rows] = []] = byDay
    return leastFor(work, rows, `at the last good night (${night})`)
  }
  const same = byDay.get(date)
  if (same !== undefined) return leastFor(work, same, 'when that day was last loaded', date)
  if (byDay.size < WEEK) return undefined
  return leastFor(work, Math.min(...byDay.values()), 'or more on each of the 7 days before', date)
}

function leastFor(work: Work, last = 0, when: string, day?: string): Least | undefined {
  if (last === 0) return undefined
  const { table, date, night = date, force } = work
  const input = { date: night, tables: [`${table.id}+`], ...(force && { force }) }
  const again = JSON.stringify({ ...input, accept: [table.id] })
  return {
    rows: last < SMALL ? 1 : Math.ceil(last / 2),
    found: (rows) =>
      `${amount(rows)}${day ? ` of ${day}` : ''}, and ${last.toLocaleString('en')} ${when}`,
    advice: `If that is right, run it with ${again}`,
  }
}

const amount = (rows: number): string => `${rows.toLocaleString('en')} row${rows === 1 ? '' : 's'}`

/** The rows of a table's loads by their dates: since a day the last of each day, else the last of all. */
async function lastLoads(
  { warehouse, table, date, deadline }: Work,
  since: string | undefined,
): Promise<Map<string, number>> {
  const days = 'and run_date between cast(:since as date) and cast(:date as date)'
  const statement = {
    text: `select run_date, coalesce(table_rows, row_count) as rows_left
from ${tableName(loads)}
where table_name = :table ${since ? days : ''}
order by loaded_at desc${since ? '' : ' limit 1'}`,
    parameters: { table: table.id, ...(since && { since, date }) },
  }
  const found = await warehouse.query(statement, deadline)
  return new Map(found.toReversed().map((row) => [row.run_date ?? '', Number(row.rows_left)]))
}
