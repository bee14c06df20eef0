import { createHash } from 'node:crypto'
import { Failure, transient } from '../error.ts'
import type { Bucket } from '../manifest/bucket.ts'
import { type Extract, extractKey, type Increment, manifestKey } from '../manifest/manifest.ts'
import type { Definition } from '../table/definition.ts'
import { render } from '../table/sql.ts'
import { type Load, loadedRows, recordLoad, refuseEarlier } from './audit.ts'
import { checkBase } from './base.ts'
import { StatementError, type Warehouse } from './client.ts'
import { copyStatement, explainCopy } from './copy.ts'
import { columnList, MOST_STATEMENTS, stageName } from './ddl.ts'
import { holdStill, writeJournal } from './journal.ts'
import {
  assertCount,
  assertDistinct,
  begin,
  isIncremental,
  mayRepeat,
  publish,
  type Step,
} from './publish.ts'
import { reconcile } from './reconcile.ts'
import { prepareTable } from './schema.ts'

/** The Data API takes this many bytes of a statement. */
const MOST_BYTES = 100 * 1024

/** What every task in the warehouse works with. */
export interface Work extends Load {
  readonly warehouse: Warehouse
  readonly table: Definition
  /** When the function's time is up, as performance.now() counts it. */
  readonly deadline?: number
}

/** Loads an extract and publishes it, in one transaction. Gives the rows that were published. */
export async function loadTable(
  work: Work & { bucket: Bucket; prefix: string; copyRole: string },
): Promise<number> {
  const { table, bucket, prefix, copyRole } = work
  const place = `s3://${bucket.name}/${prefix}`
  const own = { ...work, manifest: manifestKey(place) }
  return unlessLoaded(own, async () => {
    const extract = await bucket.get<Extract>(extractKey(prefix))
    if (!extract) throw new Failure('WarehouseRefused', `${table.id}: ${prefix} holds no extract`)
    const base = await prepare(own, extract.increment)
    const steps = loadSteps(table, extract, own, place, copyRole, base)
    try {
      await run(own, steps)
    } catch (error) {
      const copied = error instanceof StatementError && steps[error.index]?.copies
      if (copied) throw await explainCopy(own, copied, extract.format, error)
      throw explain(own, steps, error)
    }
    const { rows } = extract
    const known = rows !== undefined && !mayRepeat(table)
    return known ? rows : ((await loadedRows(own, own)) ?? 0)
  })
}

/**
 * Loads, unless this very load is done; gives the rows. The transaction of an earlier try may end
 * between two looks, so where the load fails it is asked again whether it is done.
 */
async function unlessLoaded(work: Work, load: () => Promise<number>): Promise<number> {
  const done = () => loadedRows(work, work)
  const before = await done()
  if (before !== undefined) return before
  try {
    return await load()
  } catch (error) {
    if (!(error instanceof Failure) || error.name === 'StillRunning') throw error
    const meanwhile = await done()
    if (meanwhile === undefined) throw error
    return meanwhile
  }
}

/**
 * Makes the table ready, and looks whether what is there may be replaced or added to. Gives what the
 * transaction checks; the journal comes first, so that nothing changes between the looks.
 */
async function prepare(work: Work, increment?: Increment): Promise<Step[]> {
  const { warehouse, table, deadline } = work
  await prepareTable(warehouse, table, deadline)
  const still = await holdStill(work)
  await refuseEarlier(work)
  return [...still, ...(await checkBase(work, increment))]
}

/** The steps of a load: an empty extract has nothing to copy, and is published all the same. */
export function loadSteps(
  table: Definition,
  extract: Extract,
  { date, run }: Load,
  /** Where the extract's files are: `s3://bucket/prefix`. */
  place: string,
  copyRole: string,
  /** What makes sure that the extract's changes fit what is there. */
  base: readonly Step[] = [],
): Step[] {
  const { rows, keys, increment } = extract
  // A whole table takes the place of all rows, though its changes are merged.
  const isWhole = increment && !increment.base
  const own: Definition = isWhole ? { ...table, publish: 'replace' } : table
  const count = `(select count(*) from ${stageName(table)})`
  const copy: Step = { statement: copyStatement(table, extract, place, copyRole), copies: table }
  const wrong = `COPY did not load the ${rows} rows of the extract`
  return [
    ...begin(table, date, 'files'),
    ...base,
    ...(rows === 0 ? [] : [copy]),
    ...(rows === undefined ? [] : [assertCount(count, rows, wrong)]),
    ...(isIncremental(table) ? [assertDistinct(table)] : []),
    ...publish(own, date, 'files'),
    ...(keys ? reconcile(table, keys, date, place, copyRole) : []),
    ...writeJournal(own, { date, run }),
    { statement: recordLoad(own, { date, run, manifest: manifestKey(place) }) },
  ]
}

/** Runs a transform and publishes what it gives, in one transaction. Gives the rows. */
export async function transformTable(work: Work): Promise<number> {
  return unlessLoaded(work, async () => {
    const base = await prepare(work)
    const steps = transformSteps(work.table, work, base)
    try {
      const rows = await run(work, steps)
      return rows[steps.findIndex(({ fills }) => fills)] ?? 0
    } catch (error) {
      throw explain(work, steps, error)
    }
  })
}

export function transformSteps(table: Definition, load: Load, base: readonly Step[] = []): Step[] {
  if (table.made.by !== 'transform') throw new Error(`${table.id} is not a transform`)
  const { text, parameters } = render(table.made.query, { runDate: load.date })
  const fill = `insert into ${stageName(table)} (${columnList(table)})\n${text}`
  return [
    ...begin(table, load.date, 'rows'),
    ...base,
    { statement: { text: fill, parameters }, fills: true },
    ...publish(table, load.date, 'rows'),
    ...writeJournal(table, load),
    { statement: recordLoad(table, load) },
  ]
}

function run(
  { warehouse, table, run, date, manifest, deadline }: Work,
  steps: readonly Step[],
): Promise<number[]> {
  const statements = steps.map(({ statement }) => statement)
  const longest = Math.max(...statements.map(({ text }) => Buffer.byteLength(text)))
  if (statements.length > MOST_STATEMENTS || longest > MOST_BYTES) {
    const size = `${statements.length} statements, the longest of ${longest} bytes`
    throw new Failure('BadDeclaration', `${table.id}: the Data API does not take ${size}`)
  }
  const names = ['usher', run, table.id, date, ...(manifest ? [digest(manifest)] : [])]
  return warehouse.transaction(names.join(' '), statements, deadline)
}

/** Stands for a manifest in a name, for which its own may be too long. */
const digest = (manifest: string): string =>
  createHash('sha256').update(manifest).digest('hex').slice(0, 16)

function explain({ table }: Work, steps: readonly Step[], error: unknown): unknown {
  if (!(error instanceof StatementError)) return error
  const { failure = error.message, passes } = steps[error.index] ?? {}
  const sentence = typeof failure === 'string' ? failure : failure(error.rows.at(-1) ?? 0)
  if (passes) return transient(`${table.id}: ${sentence}`, error)
  return new Failure('WarehouseRefused', `${table.id}: ${sentence}`, { cause: error })
}
