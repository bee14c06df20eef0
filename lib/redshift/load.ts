import { Failure, transient } from '../error.ts'
import type { Bucket } from '../manifest/bucket.ts'
import { type Extract, type Increment, manifestKey } from '../manifest/manifest.ts'
import { readExtract } from '../manifest/read.ts'
import { verifyExtract } from '../manifest/verify.ts'
import type { Definition } from '../table/definition.ts'
import { render } from '../table/sql.ts'
import { type Accepted, remembering } from './accepted.ts'
import { clearAside, setAside } from './aside.ts'
import { findLoad, type Load, laterLoad, recordLoad, rowsBefore } from './audit.ts'
import { checkBase } from './base.ts'
import { checkStaged } from './check.ts'
import { type Earlier, StatementError, type Warehouse } from './client.ts'
import { copyStatement, explainCopy } from './copy.ts'
import { columnList, type StageHolds, stageName } from './ddl.ts'
import { holdStill, writeJournal } from './journal.ts'
import { checkKey } from './key.ts'
import { newerLoad } from './newer.ts'
import {
  assertCount,
  assertDistinct,
  begin,
  isIncremental,
  mayRepeat,
  mergeOf,
  passOlder,
  publish,
  type Step,
} from './publish.ts'
import { reconcile } from './reconcile.ts'
import { prepareTable } from './schema.ts'
import { checkShrinking } from './shrink.ts'
import { digestOf, nameOf, runSteps } from './transaction.ts'

/** What every task in the warehouse works with. */
export interface Work extends Load {
  readonly warehouse: Warehouse
  readonly table: Definition
  /** The date of the night, where it reads an earlier day again. */
  readonly night?: string
  /** When the function's time is up, as performance.now() counts it. */
  readonly deadline?: number
  /** Told what is found wrong, which is then published nevertheless; absent, nothing is. */
  readonly accept?: (found: string) => void
  /** Told of the load that stands for this one, which publishes nothing: its rows are newer. */
  readonly overtaken?: (by: Load) => void
  /** Throws where another execution has taken the run date meanwhile. */
  readonly checkHeld?: () => Promise<void>
}

/** What a load finds when it looks at what is there. */
interface Ready {
  /** The load whose rows are newer, where there is one: then there is nothing to do. */
  readonly newer?: Load
  /** What the transaction checks first. */
  readonly base: readonly Step[]
  /** What it checks right after the stage is filled. */
  readonly filled: readonly Step[]
  /** The rows of the nights before, newest first. */
  readonly before: readonly number[]
  /** A later date is merged already. */
  readonly isLate?: boolean
}

const nothing: Ready = { base: [], filled: [], before: [] }

/**
 * Loads an extract and publishes it, in one transaction, unless newer rows are published. Gives the rows
 * that were published.
 */
export async function loadTable(
  work: Work & { bucket: Bucket; prefix: string; copyRole: string },
): Promise<number> {
  const { table, bucket, prefix, copyRole } = work
  const place = `s3://${bucket.name}/${prefix}`
  return unlessLoaded({ ...work, manifest: manifestKey(place) }, async (own, accepted, earlier) => {
    const extract = await readExtract(bucket, prefix)
    if (!extract) throw new Failure('WarehouseRefused', `${table.id}: ${prefix} holds no extract`)
    await verifyExtract(bucket, prefix, extract)
    const ready = await prepare(own, extract)
    if (ready.newer) return passOver(own, ready.newer)
    const steps = () => loadSteps(table, extract, { ...own, ...accepted() }, place, copyRole, ready)
    await runChecked(
      { ...own, table: publishedAs(table, extract.increment) },
      { steps, holds: 'files', ready, earlier },
      async (steps, error) => {
        const copied = error instanceof StatementError && steps[error.index]?.copies
        return copied
          ? explainCopy({ ...own, bucket }, copied, extract.format, error)
          : explain(own, steps, error)
      },
    )
    const { rows } = extract
    const known = rows !== undefined && !mayRepeat(table)
    return known ? rows : ((await findLoad(own, own))?.rows ?? 0)
  })
}

/**
 * Loads, unless this very load is done; gives the rows. The transaction of an earlier try may end
 * between two looks: so what is under way is looked for first, and where the load fails it is asked
 * again whether it is done.
 */
async function unlessLoaded(
  work: Work,
  load: (work: Work, accepted: Accepted, earlier: Earlier) => Promise<number>,
): Promise<number> {
  const { own, accepted } = remembering(work)
  const done = async () => {
    const found = await findLoad(work, work)
    const isTold = found?.accepted === accepted().accepted
    if (found?.accepted && !isTold) work.accept?.(found.accepted)
    return found?.rows
  }
  const earlier = await work.warehouse.earlier(nameOf(work))
  const before = await done()
  if (before !== undefined) return before
  try {
    return await load(own, accepted, earlier)
  } catch (error) {
    if (!(error instanceof Failure) || error.name === 'StillRunning') throw error
    const meanwhile = await done()
    if (meanwhile === undefined) throw error
    return meanwhile
  }
}

/** Leaves what is there; gives the rows of the load that published them. */
async function passOver(work: Work, newer: Load): Promise<number> {
  work.overtaken?.(newer)
  return (await findLoad(work, newer))?.rows ?? 0
}

/**
 * Makes the table ready, and looks whether what is there may be replaced or added to. The journal comes
 * first, so that nothing changes between the looks.
 */
async function prepare(work: Work, extract?: Extract): Promise<Ready> {
  const increment = extract?.increment
  const { warehouse, table, deadline } = work
  await checkKey(work)
  await prepareTable(warehouse, table, deadline)
  const still = await holdStill(work)
  const newer = await newerLoad(work, extract)
  if (newer) return { ...nothing, newer }
  const base = [...still, ...(await checkBase(work, increment))]
  const compares = table.checks.some((check) => check.kind === 'rows' && check.between)
  const isWhole = increment?.base === undefined
  const before = compares ? await rowsBefore(work, { isWhole }) : []
  const counts = table.checks.some(({ kind }) => kind === 'rows')
  const isLate = counts && mergeOf(table) !== undefined && (await laterLoad(work)) !== undefined
  return { base, filled: await checkShrinking(work, extract), before, isLate }
}

interface Checked {
  /** The steps; what a person has accepted since they were last asked for is written down by them. */
  readonly steps: () => readonly Step[]
  readonly holds: StageHolds
  readonly ready: Ready
  readonly earlier: Earlier
}

/**
 * Runs a load. Where checks of its rows fail, these are set aside; what is wrong with them, or that they
 * are few, is left out once a person has accepted it. Gives the rows that were staged.
 */
async function runChecked(
  work: Work,
  { steps: all, holds, ready, earlier }: Checked,
  explained: (steps: readonly Step[], error: unknown) => Promise<unknown>,
): Promise<number> {
  const { table, date, accept } = work
  const { before, isLate } = ready
  const spared = { checks: false, few: false }
  for (let first = true; ; first = false) {
    const steps = all().filter(
      ({ checks, few }) => !(checks && spared.checks) && !(few && spared.few),
    )
    // What may be spared comes after it: with or without that, it has the same place.
    const filling = steps.findIndex(({ fills }) => fills)
    try {
      return (await runSteps(work, steps, first ? { earlier } : {}))[filling] ?? 0
    } catch (error) {
      const failed = error instanceof StatementError ? steps[error.index] : undefined
      if (failed?.checks) {
        const subject = { table, date, before, isLate }
        const { found, failure } = await setAside(work, subject, holds, steps)
        if (!accept) throw failure
        accept(found)
        spared.checks = true
      } else if (failed?.few && accept) {
        accept(failed.few((error as StatementError).rows.at(-1) ?? 0))
        spared.few = true
      } else throw await explained(steps, error)
    }
  }
}

/** A whole table takes the place of all rows, though its changes are merged. */
const publishedAs = (table: Definition, increment: Increment | undefined): Definition =>
  increment && !increment.base ? { ...table, publish: 'replace' } : table

/** The steps of a load: an empty extract has nothing to copy, and is published all the same. */
export function loadSteps(
  table: Definition,
  extract: Extract,
  load: Load,
  /** Where the extract's files are: `s3://bucket/prefix`. */
  place: string,
  copyRole: string,
  { base, filled, before, isLate }: Ready = nothing,
): Step[] {
  const { rows, keys, increment } = extract
  const { date } = load
  const own = publishedAs(table, increment)
  const count = `(select count(*) from ${stageName(table)})`
  const copy: Step = {
    statement: copyStatement(table, extract, place, copyRole),
    copies: table,
    fills: true,
  }
  const checks = checkStaged({ table: own, date, before, isLate }, 'files')
  const wrong = `COPY did not load the ${rows} rows of the extract`
  return [
    ...begin(table, date, 'files'),
    ...base,
    ...(rows === 0 ? [] : [copy]),
    ...filled,
    ...(rows === undefined ? [] : [assertCount(count, rows, wrong)]),
    ...(isIncremental(table) ? [assertDistinct(table)] : []),
    ...passOlder(own, 'files'),
    ...(keys ? [] : checks),
    ...publish(own, date, 'files'),
    // What is gone from the source is deleted first: no new row can be its double.
    ...(keys ? [...reconcile(table, keys, date, place, copyRole), ...checks] : []),
    ...writeJournal(own, load, extract),
    ...clearAside(own, date),
    { statement: recordLoad(own, { ...load, manifest: manifestKey(place) }) },
  ]
}

/** Runs a transform and publishes what it gives, as `loadTable` does an extract. Gives the rows. */
export async function transformTable(work: Work): Promise<number> {
  const { table } = work
  const statement = digestOf(transformSteps(table, work))
  return unlessLoaded({ ...work, statement }, async (own, accepted, earlier) => {
    const ready = await prepare(own)
    if (ready.newer) return passOver(own, ready.newer)
    const steps = () => transformSteps(table, { ...own, ...accepted() }, ready)
    const checked = { steps, holds: 'rows', ready, earlier } as const
    const staged = await runChecked(own, checked, async (steps, error) =>
      explain(own, steps, error),
    )
    return mayRepeat(table) ? ((await findLoad(own, own))?.rows ?? 0) : staged
  })
}

export function transformSteps(
  table: Definition,
  load: Load,
  { base, filled, before, isLate }: Ready = nothing,
): Step[] {
  if (table.made.by !== 'transform') throw new Error(`${table.id} is not a transform`)
  const { text, parameters } = render(table.made.query, { runDate: load.date })
  const fill = `insert into ${stageName(table)} (${columnList(table)})\n${text}`
  return [
    ...begin(table, load.date, 'rows'),
    ...base,
    { statement: { text: fill, parameters }, fills: true },
    ...filled,
    ...passOlder(table, 'rows'),
    ...checkStaged({ table, date: load.date, before, isLate }, 'rows'),
    ...publish(table, load.date, 'rows'),
    ...writeJournal(table, load),
    ...clearAside(table, load.date),
    { statement: recordLoad(table, load) },
  ]
}

function explain({ table }: Work, steps: readonly Step[], error: unknown): unknown {
  if (!(error instanceof StatementError)) return error
  const { failure = error.message, passes } = steps[error.index] ?? {}
  const sentence = typeof failure === 'string' ? failure : failure(error.rows.at(-1) ?? 0)
  if (passes) return transient(`${table.id}: ${sentence}`, error)
  return new Failure('WarehouseRefused', `${table.id}: ${sentence}`, { cause: error })
}
