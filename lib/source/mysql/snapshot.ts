import { Failure } from '../../error.ts'
import type { NamedColumn } from '../../table/definition.ts'
import type { Block, Cells, CsvLines, Reading, Slice, Snapshot } from '../../table/origin.ts'
import { cellReader } from './cells.ts'
import { cutsOf } from './cuts.ts'
import { explain } from './errors.ts'
import { estimateOf } from './estimate.ts'
import { checkDrift } from './schema/check.ts'
import type { Without } from './schema/drift.ts'
import { isDate, isTime, literal, nameOf, quote, selectOf } from './select.ts'
import type { Session } from './session.ts'
import { recodingOf } from './wire/recoding.ts'

/** A batch is this large at most: enough to forget the price of a step, few enough to hold. */
const BATCH_ROWS = 1000
const BATCH_BYTES = 1024 * 1024

/**
 * Opens a table as it is at one instant: everything is read in one transaction, on one connection.
 * Throws a SourceRefused where its columns are not those that are wanted.
 */
export async function openSnapshot(
  { table, without }: { readonly table: string; readonly without: Without },
  open: () => Promise<Session>,
  reading: Reading,
): Promise<Snapshot> {
  const session = await open()
  const { blocks, note } = session
  if (note) reading.note(note)
  const stop = () => session.destroy()
  reading.signal.addEventListener('abort', stop)
  if (reading.signal.aborted) stop()
  const explained = (error: unknown): unknown => {
    reading.signal.throwIfAborted()
    return explain(error, { source: session.source, database: session.database, table, reading })
  }
  const close = () => {
    reading.signal.removeEventListener('abort', stop)
    session.destroy()
  }
  try {
    await checkDrift(session, table, without, reading)
  } catch (error) {
    close()
    throw explained(error)
  }
  return {
    async highest(column) {
      try {
        return await highest(session, table, column)
      } catch (error) {
        throw explained(error)
      }
    },
    async cuts(by, rows, slice = {}) {
      try {
        const fits =
          slice.since &&
          (await estimateOf(session, table, selectOf(table, reading.columns, slice))) <= rows
        return fits ? [] : await cuts(session, table, by, rows)
      } catch (error) {
        throw explained(error)
      }
    },
    async *read(slice, columns) {
      try {
        yield* readSlice(session, table, slice, { ...reading, columns })
      } catch (error) {
        throw explained(error)
      }
    },
    ...(blocks && {
      async *blocks(slice: Slice, columns: readonly NamedColumn[], csv: CsvLines) {
        try {
          yield* readBlocks(session, blocks, table, slice, { ...reading, columns }, csv)
        } catch (error) {
          throw explained(error)
        }
      },
    }),
    close,
  }
}

/** The SELECT of a slice, and what MySQL says of its columns. */
async function askFor(session: Session, table: string, slice: Slice, { columns }: Reading) {
  const fields = await session.fieldsOf(`${selectOf(table, columns, slice)} LIMIT 0`)
  return { select: selectOf(table, columns, slice, fields), fields }
}

async function* readSlice(
  session: Session,
  table: string,
  slice: Slice,
  reading: Reading,
): AsyncGenerator<Cells[]> {
  const { select, fields } = await askFor(session, table, slice, reading)
  const cells = cellReader(fields, reading)
  let [count, bytes] = [0, 0]
  let batch: Cells[] = []
  for await (const row of session.stream(select)) {
    batch.push(cells.all(row))
    for (const cell of row) bytes += cell?.length ?? 0
    if (batch.length < BATCH_ROWS && bytes < BATCH_BYTES) continue
    yield batch
    count += batch.length
    bytes = 0
    batch = []
  }
  yield batch
  await checkWhole(session, reading.table, count + batch.length)
}

/** The same rows, as CSV. */
async function* readBlocks(
  session: Session,
  blocks: NonNullable<Session['blocks']>,
  table: string,
  slice: Slice,
  reading: Reading,
  csv: CsvLines,
): AsyncGenerator<Block> {
  const { select, fields } = await askFor(session, table, slice, reading)
  let count = 0
  for await (const block of blocks(select, recodingOf(fields, reading, csv))) {
    count += block.rows
    yield block
  }
  await checkWhole(session, reading.table, count)
}

/** Compares what arrived with what the server says it sent. */
async function checkWhole(session: Session, table: string, count: number): Promise<void> {
  const sent = await session.foundRows()
  if (sent !== count) {
    throw new Failure('Transient', `${table}: ${count} rows arrived of ${sent} that were sent`)
  }
}

/**
 * A row whose time is wrong, and lies in the future, must not hide those that come meanwhile. Nor is the
 * clock a bound: what a replica has not heard of yet is older than that, and newer than all it has.
 */
async function highest(
  session: Session,
  table: string,
  column: NamedColumn,
): Promise<string | undefined> {
  const name = nameOf(column)
  const where = isTime(column)
    ? `${name} <= UTC_TIMESTAMP(6) AND ${isDate(name)}`
    : `${name} IS NOT NULL`
  // Backwards through the index, and no further than the first that will do.
  const select = `SELECT ${name} FROM ${quote(table)} WHERE ${where} ORDER BY ${name} DESC LIMIT 1`
  const [[most] = []] = await session.rows(select)
  if (most === undefined || most === null) return undefined
  if (!isTime(column)) checkWholeNumber(session, table, column, most)
  return most
}

/** A column may be declared a whole number and be none; then none of its values can be reckoned with. */
function checkWholeNumber(
  session: Session,
  table: string,
  { name, column: { facts } }: NamedColumn,
  value: string,
): void {
  if (/^-?\d+$/.test(value)) return
  const what = `${session.source}.${table}.${facts.from ?? name} is '${value}' in a row`
  const fix = `it is declared ${facts.type.ddl}, and must be a whole number there too`
  throw new Failure('SourceRefused', `${what}: ${fix}`)
}

const INDEX = `SELECT index_name FROM information_schema.statistics
WHERE table_schema = DATABASE() AND table_name = ? AND column_name = ? AND seq_in_index = 1
ORDER BY index_name = 'PRIMARY' DESC`

/**
 * Counts nothing: how many rows are in a range, the optimizer tells from two looks at the index. To
 * step through the table would read all of it once more, and ranges of equal width may hold any number.
 */
async function cuts(
  session: Session,
  table: string,
  by: NamedColumn,
  rows: number,
): Promise<string[]> {
  const name = by.column.facts.from ?? by.name
  const [[index] = []] = await session.rows(INDEX, [table, name])
  if (!index) {
    const what = `${session.source}.${table} has no index that begins with ${name}`
    throw new Failure('SourceRefused', `${what}: its chunks must go by a column that has one`)
  }
  const ends = `SELECT MIN(${nameOf(by)}), MAX(${nameOf(by)}) FROM ${quote(table)}`
  const [[first, last] = []] = await session.rows(ends)
  if (first === null || first === undefined || last === null || last === undefined) return []
  for (const end of [first, last]) checkWholeNumber(session, table, by, end)
  const estimate = async (from: bigint, to: bigint) => {
    const range = `${nameOf(by)} >= ${literal(`${from}`)} AND ${nameOf(by)} < ${literal(`${to}`)}`
    const hint = `FORCE INDEX (${quote(index)})`
    const select = `SELECT ${nameOf(by)} FROM ${quote(table)} ${hint} WHERE ${range}`
    return estimateOf(session, table, select)
  }
  return (await cutsOf(BigInt(first), BigInt(last), rows, estimate)).map(String)
}
