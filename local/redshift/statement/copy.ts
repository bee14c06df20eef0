import { LoadFailure, NO_VALUE } from '../copy/failure.ts'
import { filesOf } from '../copy/files.ts'
import { errorRow, historyRow } from '../copy/note.ts'
import { type CopyOptions, readCopy } from '../copy/options.ts'
import { readPaths } from '../copy/paths.ts'
import { STAGE, Stage } from '../copy/stage.ts'
import { CONVERSIONS } from '../copy/value.ts'
import { SqlError } from '../error.ts'
import { quoteTable, type Reader } from '../sql/reader.ts'
import { quoteName } from '../sql/token.ts'
import type { Column, Table } from '../warehouse/catalog.ts'
import type { Session } from '../warehouse/session.ts'
import type { Place } from './execute.ts'

/**
 * COPY: all files are staged as text, every value is checked, and only then is anything inserted.
 * The first error fails it, and is written to SYS_LOAD_ERROR_DETAIL. Gives the rows loaded.
 */
export async function copy(place: Place, reader: Reader): Promise<number> {
  const { session, s3, queryId, note } = place
  const options = readCopy(reader)
  const table = await session.table(options.table)
  const columns = columnsOf(table, options.columns)
  const started = new Date()
  const names = columns.map(({ name }) => name)
  const paths =
    options.format === 'json' ? await readPaths(s3, options.jsonPaths, names) : undefined
  const stage = await Stage.create(session, columns, options, paths)
  const history = (rows: number, failed: boolean) => {
    const files = stage.files.length
    const bytes = stage.files.reduce((sum, { size }) => sum + size, 0)
    const { from, format = 'csv' } = options
    return historyRow({ queryId, table, from, format, started, rows, files, bytes, failed })
  }
  try {
    await fill(place, stage, options)
    await check(session, stage, columns, options)
    const rows = await insert(session, table, columns)
    session.lastCopyCount = rows
    session.lastCopyId = queryId
    await note(history(rows, false))
    return rows
  } catch (error) {
    await note(history(0, true))
    if (!(error instanceof LoadFailure)) throw error
    const { column } = error
    await note(
      errorRow(queryId, started, error, column === undefined ? undefined : columns[column]),
    )
    const detail = `Check 'sys_load_error_detail' system table for details.`
    throw new SqlError(`Load into table '${table.name}' failed. ${detail}`, { cause: error })
  } finally {
    await session.run(`drop table if exists ${STAGE}`).catch(() => undefined)
  }
}

function columnsOf(table: Table, names: readonly string[] | undefined): Column[] {
  if (!names) return [...table.columns]
  return names.map((name, i) => {
    const column = table.columns.find((column) => column.name === name)
    if (!column) throw new SqlError(`column "${name}" of relation "${table.name}" does not exist`)
    if (names.indexOf(name) !== i) throw new SqlError(`column "${name}" specified more than once`)
    return column
  })
}

async function fill({ session, s3 }: Place, stage: Stage, options: CopyOptions): Promise<void> {
  try {
    for await (const file of filesOf(s3, options)) {
      session.cancelled.signal.throwIfAborted()
      await stage.add(file)
    }
  } finally {
    stage.close()
  }
}

/** Throws a LoadFailure for the first value that its column does not take. */
async function check(
  session: Session,
  stage: Stage,
  columns: readonly Column[],
  options: CopyOptions,
): Promise<void> {
  const bad = columns.map(({ type, nullable }, i) => {
    const wrong = CONVERSIONS[type.name].bad(`c${i}`, type, options)
    return `case when c${i} is null then ${!nullable} else ${wrong} end`
  })
  const whens = bad.map((condition, i) => `when ${condition} then ${i}`).join(' ')
  const [found] = await session.rows(
    `with checked as (select *, rowid as row, case ${whens} end as bad from ${STAGE})
     select * from checked where bad is not null order by row limit 1`,
  )
  if (!found) return
  const index = Number(found.bad)
  const value = found[`c${index}`]
  const column = columns[index] as Column
  const reason =
    value === null ? NO_VALUE : CONVERSIONS[column.type.name].explain(String(value), column.type)
  const file = stage.files[Number(found.file)]?.url ?? ''
  throw new LoadFailure(file, Number(found.line), reason, index)
}

async function insert(session: Session, table: Table, columns: readonly Column[]): Promise<number> {
  const names = columns.map(({ name }) => quoteName(name)).join(', ')
  const values = columns.map(({ type }, i) => CONVERSIONS[type.name].convert(`c${i}`, type))
  const { rowsChanged } = await session.run(
    `insert into ${quoteTable(table)} (${names}) select ${values.join(', ')} from ${STAGE}`,
    table,
  )
  return rowsChanged
}
