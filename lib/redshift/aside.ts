import { Failure, messageOf, transient } from '../error.ts'
import { show } from '../manifest/csv.ts'
import type { Definition } from '../table/definition.ts'
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
import { type Step, stagedRows, step } from './publish.ts'
import { runSteps } from './transaction.ts'

/** Where the new rows of a table are put that its checks do not let pass. */
export const asideOf = (table: Definition): Definition => ({
  ...table,
  ...besideLoads('aside', table),
})

/** A load that passes leaves no rows aside. */
export const clearAside = (table: Definition): Step[] =>
  table.checks.length === 0 ? [] : [step(dropAside(table))]

const dropAside = (table: Definition): string => `drop table if exists ${tableName(asideOf(table))}`

/**
 * Sets the new rows of a load aside, whose checks have failed and with them its transaction: they are
 * staged once more, in one of their own. Gives what fails the load, which says of each check that does
 * not pass how many rows break it, and shows some; or a Transient, where by now all of them pass.
 */
export async function setAside(
  work: Work,
  subject: Omit<Subject, 'staged'>,
  holds: StageHolds,
  /** What fills the stage; nothing, where there are no rows. */
  fill: readonly Step[],
): Promise<Failure> {
  const { table, date } = subject
  const aside = asideOf(table)
  const rows = `insert into ${tableName(aside)} (${columnList(table)})
select ${stageColumns(table, holds)} from ${stagedRows(table)}`
  const steps = [
    step(createStage(table, date, holds)),
    ...fill,
    step(dropAside(table)),
    step(createTable(aside)),
    step(rows),
  ]
  try {
    await runSteps(work, steps, 'aside')
  } catch (error) {
    const lost = `its checks failed, and its new rows were not set aside: ${messageOf(error)}`
    return failure(table, lost, error)
  }
  const broken: string[] = []
  try {
    for (const question of questionsOf({ ...subject, staged: tableName(aside) })) {
      broken.push(...(await answer(work, question)))
    }
  } catch (error) {
    const unknown = `its checks failed, and the new rows are in ${aside.id}, but not which do`
    return failure(table, `${unknown}: ${messageOf(error)}`, error)
  }
  if (broken.length === 0) {
    return transient(`${table.id}: its checks failed, and pass by now: something has changed`)
  }
  const failed = `${broken.length} of ${table.checks.length} checks failed. ${broken.join('. ')}`
  const place = `What was published before stays; the new rows are in ${aside.id}`
  const help = `Mend them and run it again, or publish them as they are: "accept": ["${table.id}"]`
  return failure(table, `${failed}. ${place}. ${help}`)
}

const failure = (table: Definition, sentence: string, cause?: unknown): Failure =>
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
  return `${shown.join('; ')}${Number(rows[0]?.usher_broken) > rows.length ? '; …' : ''}`
}
