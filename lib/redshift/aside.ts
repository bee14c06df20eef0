import { Failure, messageOf, transient } from '../error.ts'
import { show } from '../manifest/csv.ts'
import { type Definition, partitionOf } from '../table/definition.ts'
import { keysOf } from '../table/portion.ts'
import { identifier } from '../table/sql.ts'
import { type Question, questionsOf, type Subject } from './check.ts'
import type { ResultRow } from './client.ts'
import {
  columnList,
  createStage,
  createTable,
  type StageHolds,
  stageColumns,
  tableName,
} from './ddl.ts'
import { besideLoads } from './journal.ts'
import type { Work } from './load.ts'
import { isIncremental, mergeOf, passOlder, type Step, stagedRows, step } from './publish.ts'
import { isGone } from './reconcile.ts'
import { runSteps } from './transaction.ts'

/**
 * Where the new rows of a table are put that its checks do not let pass. Where dates have rows of their
 * own, each has its own place.
 */
function asideOf(table: Definition, date: string): Definition {
  const ofItsOwn = partitionOf(table) !== undefined || mergeOf(table) !== undefined
  return { ...table, ...besideLoads('aside', table, ofItsOwn ? date : undefined) }
}

/** Where the keys of those rows of a table are put that its source no longer has. */
const goneOf = (table: Definition): Definition => ({
  ...keysOf(table),
  ...besideLoads('gone', table),
})

/** A load that passes leaves no rows aside, of its date or its table. */
export function clearAside(table: Definition, date: string): Step[] {
  if (table.checks.length === 0) return []
  return [asideOf(table, date), ...(isIncremental(table) ? [goneOf(table)] : [])].map(drop)
}

const drop = (table: Definition): Step => step(`drop table if exists ${tableName(table)}`)

/** What became of a load whose checks have failed. */
export interface Refusal {
  /** Which checks do not pass, how many rows break each, and some of these. */
  readonly found: string
  /** What fails the load. */
  readonly failure: Failure
}

/**
 * Sets the new rows of a load aside, whose checks have failed and with them its transaction: they are
 * staged once more, in one of their own. Throws a Transient where that is worth another try.
 */
export async function setAside(
  work: Work,
  subject: Omit<Subject, 'staged'>,
  holds: StageHolds,
  /** The steps of the load. */
  load: readonly Step[],
): Promise<Refusal> {
  const { table, date } = subject
  const [aside, gone] = [asideOf(table, date), goneOf(table)]
  const keys = load.filter(({ stagesKeys }) => stagesKeys)
  const rows = `insert into ${tableName(aside)} (${columnList(table)})
select ${stageColumns(table, holds)} from ${stagedRows(table)}`
  const steps = [
    step(createStage(table, date, holds)),
    ...load.filter(({ fills }) => fills),
    ...passOlder(table, holds),
    drop(aside),
    step(createTable(aside)),
    step(rows),
    ...(keys.length > 0 ? [...keys, ...setGone(table)] : []),
  ]
  try {
    await runSteps(work, steps, { word: 'aside' })
  } catch (error) {
    if (passes(error)) throw error
    const goesOn = error instanceof Failure && error.name === 'StillRunning'
    const rows = `its new rows are ${goesOn ? 'still being' : 'not'} set aside in ${called(aside)}`
    const found = `its checks failed, and ${rows}: ${messageOf(error)}`
    return { found, failure: refused(table, found, error) }
  }
  const place = `What was published before stays; the new rows are in ${called(aside)}`
  const accept = `"accept": ["${table.id}"] in the input, or --accept ${table.id}`
  const help = `Mend them and run it again, or have them published as they are: ${accept}`
  const broken: string[] = []
  try {
    const rows = { staged: tableName(aside), ...(keys.length > 0 && { gone: tableName(gone) }) }
    for (const question of questionsOf({ ...subject, ...rows })) {
      broken.push(...(await answer(work, question)))
    }
  } catch (error) {
    if (passes(error)) throw error
    const found = `its checks failed; which of them is not known: ${messageOf(error)}. ${place}`
    return { found, failure: refused(table, found, error) }
  }
  if (broken.length === 0) {
    const found = 'its checks failed in the load, and none of them fails for the rows alone'
    return { found, failure: transient(`${table.id}: ${found}. ${place}. ${help}`) }
  }
  const found = `${broken.length} of ${table.checks.length} checks failed. ${broken.join('. ')}`
  return { found, failure: refused(table, `${found}. ${place}. ${help}`) }
}

/** Sets the keys aside whose rows the load would delete, once those of the source are staged. */
function setGone(table: Definition): Step[] {
  const gone = goneOf(table)
  const list = columnList(gone)
  const rows = `select ${list} from ${tableName(table)} where ${isGone(table)}`
  return [
    drop(gone),
    step(createTable(gone)),
    step(`insert into ${tableName(gone)} (${list})\n${rows}`),
  ]
}

/** `usher.aside_orders`, in quotes where a person must write them. */
const called = ({ schema, name }: Definition): string =>
  `${schema}.${/\W/.test(name) ? identifier(name) : name}`

const passes = (error: unknown): boolean => error instanceof Failure && error.name === 'Transient'

const refused = (table: Definition, sentence: string, cause?: unknown): Failure =>
  new Failure('CheckFailed', `${table.id}: ${sentence}`, { cause })

/** So many rows that break a check are shown. */
const SHOWN = 5

/** What the rows are that break a check, as part of a sentence; nothing where it passes. */
async function answer({ warehouse, deadline }: Work, { words, statement, isOfAll }: Question) {
  const text = `select *, count(*) over () as usher_broken from (${statement.text}) as broken
limit ${SHOWN}`
  try {
    const rows = await warehouse.query({ ...statement, text }, deadline)
    if (rows.length === 0) return []
    return [`${words}: ${isOfAll ? valuesOf(rows) : `${amountOf(rows)}: ${valuesOf(rows)}`}`]
  } catch (error) {
    if (error instanceof Failure) throw error
    return [`${words}: ${messageOf(error)}`]
  }
}

const amountOf = ([first]: readonly ResultRow[]): string => {
  const count = Number(first?.usher_broken)
  return count === 1 ? '1 row breaks it' : `${count.toLocaleString('en')} rows break it`
}

function valuesOf(rows: readonly ResultRow[]): string {
  const shown = rows.map(({ usher_broken, ...values }) =>
    Object.entries(values)
      .map(([name, value]) => `${name} ${value === null ? 'NULL' : show(value)}`)
      .join(', '),
  )
  return `${[...new Set(shown)].join('; ')}${Number(rows[0]?.usher_broken) > rows.length ? '; …' : ''}`
}
