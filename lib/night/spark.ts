import { Failure } from '../error.ts'
import type { Graph } from '../graph/graph.ts'
import type { Bucket, StoredObject } from '../manifest/bucket.ts'
import { conclude } from '../manifest/extract.ts'
import type { Extract } from '../manifest/manifest.ts'
import { StatementError, type Warehouse } from '../redshift/client.ts'
import { readUnloaded, type Unloaded, unloadStatement } from '../redshift/unload.ts'
import type { Definition, NamedColumn } from '../table/definition.ts'
import { checkHeld } from './lock.ts'
import { about, log } from './log.ts'
import { measure } from './metrics.ts'
import { attemptPrefix, unloadKey } from './receipt.ts'
import { newAttempt, type TaskInput, type TaskResult, tableOf, unlessComplete } from './task.ts'

interface Tools {
  readonly graph: Graph
  readonly bucket: Bucket
}

interface UnloadTools extends Tools {
  readonly warehouse: Warehouse
  /** The role that the warehouse writes with. */
  readonly copyRole: string
  /** The id of the bucket's key, where it has one. */
  readonly key?: string
  /** The time that the function has. */
  readonly milliseconds: number
}

/** What the job is told, in `job.json` of its attempt; `lib/spark/job.py` reads it. */
export interface SparkJob {
  readonly table: string
  /** The name of the script's function. */
  readonly function: string
  readonly date: string
  /** What stands for NULL. */
  readonly marker: string
  readonly reads: readonly {
    readonly name: string
    readonly rows: number
    /** Their keys below `in/`. */
    readonly files: readonly string[]
    /** Their types in the words of Spark. */
    readonly columns: readonly { readonly name: string; readonly type: string }[]
  }[]
  readonly columns: readonly {
    readonly name: string
    readonly type: string
    readonly ddl: string
    /** Of a decimal. */
    readonly scale?: number
  }[]
}

const jobKey = (prefix: string): string => `${prefix}/job.json`
const inKey = (prefix: string, read = ''): string => `${prefix}/in/${read}`
const outKey = (prefix: string): string => `${prefix}/out/`

/**
 * Unloads what a script reads, all of it in one transaction and so from one snapshot, and writes down
 * what the job is to do. An UNLOAD that goes on when the function's time is up is found again by the next
 * try, which needs the name of the attempt for it.
 */
export function unloadTask(tools: UnloadTools, input: TaskInput): Promise<TaskResult> {
  const { graph, bucket } = tools
  return unlessComplete(graph, bucket, input, async () => {
    const table = tableOf(graph, input.table)
    const start = performance.now()
    const { date, run, force, accept } = input
    const begun = unloadKey(table, run)
    const note = (await bucket.get<Begun>(begun)) ?? begin(run)
    const { attempt, readAt } = note
    about({ attempt })
    await bucket.put(begun, note)
    const prefix = attemptPrefix(table, date, attempt)
    try {
      const found = await unload(tools, table, input, { prefix, attempt, start })
      await bucket.put(jobKey(prefix), jobOf(table, date, attempt, found))
      await checkHeld(bucket, input)
      await bucket.delete([begun])
      const rows = found.reduce((sum, { rows }) => sum + rows, 0)
      log('unloaded', { reads: found.map(({ rows, bytes }) => ({ rows, bytes })) })
      return {
        ...{ table: table.id, date, run, force, accept, outcome: 'unloaded', attempt },
        ...{ place: `s3://${bucket.name}/${prefix}`, readAt, rows, seconds: secondsFrom(readAt) },
      }
    } catch (error) {
      if ((error as Error).name !== 'StillRunning') await bucket.delete([begun])
      throw error
    }
  })
}

/** Seconds since an instant that an earlier call, or function, has told. */
const secondsFrom = (instant: string): number => (Date.now() - Date.parse(instant)) / 1000

/** Which attempt an UNLOAD is of, and when it was begun. */
interface Begun {
  readonly attempt: string
  readonly readAt: string
}

const begin = (run: string): Begun => ({
  attempt: newAttempt(run),
  readAt: new Date().toISOString(),
})

async function unload(
  { bucket, warehouse, copyRole, key, milliseconds }: UnloadTools,
  table: Definition,
  { date, run }: TaskInput,
  { prefix, attempt, start }: { prefix: string; attempt: string; start: number },
): Promise<Unloaded[]> {
  const reads = readsOf(table)
  const look = async () =>
    (
      await Promise.all(reads.map(({ name }) => readUnloaded(bucket, `${inKey(prefix, name)}/`)))
    ).flatMap((found) => found ?? [])
  const name = `usher ${run} ${table.id} ${date} unload ${attempt.slice(-8)}`
  // What runs is asked for before it is looked what is there: what ends in between is then found there.
  const earlier = await warehouse.earlier(name)
  const there = earlier.running === undefined ? await look() : []
  if (there.length === reads.length) return there
  const statements = reads.map((read) =>
    unloadStatement(read, `s3://${bucket.name}/${inKey(prefix, read.name)}/`, {
      ...{ date, role: copyRole, key },
    }),
  )
  try {
    await warehouse.transaction(name, statements, start + milliseconds, earlier)
  } catch (error) {
    if (!(error instanceof StatementError)) throw error
    const which = reads[error.index]?.name
    const problem = `${table.id}: UNLOAD of what it reads${which ? ` as ${which}` : ''}`
    throw new Failure('WarehouseRefused', `${problem}: ${error.message}`, { cause: error })
  }
  const found = await look()
  if (found.length === reads.length) return found
  const missing = `${table.id}: UNLOAD has ended and left ${found.length} of ${reads.length} manifests`
  throw new Failure('WarehouseRefused', `${missing} below s3://${bucket.name}/${inKey(prefix)}`)
}

function jobOf(
  table: Definition,
  date: string,
  attempt: string,
  found: readonly Unloaded[],
): SparkJob {
  const prefix = attemptPrefix(table, date, attempt)
  return {
    ...{ table: table.id, function: table.name, date, marker: markerOf(attempt) },
    reads: readsOf(table).map(({ name, columns }, at) => ({
      name,
      rows: found[at]?.rows ?? 0,
      files: (found[at]?.files ?? []).map((key) => key.slice(inKey(prefix).length)),
      columns: columns.map((named) => ({ name: named.name, type: sparkType(named) })),
    })),
    columns: table.columns.map(({ name, column: { facts } }) => {
      const { name: type, ddl } = facts.type
      const scale = /^decimal\(\d+,(\d+)\)$/.exec(ddl)?.[1]
      return { name, type, ddl, ...(scale !== undefined && { scale: Number(scale) }) }
    }),
  }
}

/** No value may equal it; another attempt has another. */
const markerOf = (attempt: string): string => `NULL_${attempt.slice(-8)}`

/** The type that Spark reads an unloaded column as. */
function sparkType({ column }: NamedColumn): string {
  const { name, ddl } = column.facts.type
  if (name === 'char' || name === 'varchar') return 'string'
  if (name === 'timestamptz') return 'timestamp'
  if (name === 'real') return 'float'
  return name === 'decimal' ? ddl : name
}

function readsOf({ id, made }: Definition) {
  if (made.by !== 'spark') throw new Error(`${id} is not made by Spark`)
  return made.reads
}

/**
 * Makes an extract of what the job has committed: the parts of a try whose markers say that it is whole,
 * and the rows that it counted while it wrote them. Throws a WarehouseRefused where none is.
 */
export async function gatherTask(
  { graph, bucket }: Tools,
  unloaded: TaskResult,
): Promise<TaskResult> {
  const { outcome, date, run, force, accept, attempt, readAt, seconds: took = 0 } = unloaded
  if (outcome !== 'unloaded' || !attempt || !readAt) return unloaded
  const table = tableOf(graph, unloaded.table)
  about({ attempt })
  const prefix = attemptPrefix(table, date, attempt)
  const there = await bucket.objects(`${prefix}/`)
  const place = wholeTry(there, prefix)
  if (place === undefined) {
    const problem = `the job has ended, and no try of it is whole below s3://${bucket.name}`
    throw new Failure('WarehouseRefused', `${table.id}: ${problem}/${outKey(prefix)}`)
  }
  const rows = await bucket.get<unknown>(`${place}/rows/part-00000`)
  if (!Number.isSafeInteger(rows) || Number(rows) < 0) {
    const problem = `s3://${bucket.name}/${place}/rows does not hold a count of rows`
    throw new Failure('WarehouseRefused', `${table.id}: ${problem}`)
  }
  const readUntil = new Date(Date.parse(readAt) + 1000 * took).toISOString()
  const parts = there.filter(({ key }) => isPart(key, place))
  const own = new Set(parts.map(({ key }) => key))
  const extract: Extract = {
    ...{ table: table.id, date, readAt, readUntil, notes: {}, rows: Number(rows), parts },
    columns: table.columns.map(({ name }) => name),
    format: { kind: 'csv', codec: 'gzip', marker: markerOf(attempt) },
    bytes: parts.reduce((sum, { bytes }) => sum + bytes, 0),
    others: there.flatMap(({ key }) => (own.has(key) ? [] : [key])),
  }
  await conclude(bucket, prefix, extract)
  const { bytes } = extract
  const seconds = secondsFrom(readAt)
  measure({ Bytes: bytes, ExtractSeconds: seconds }, table.id)
  log('gathered', { parts: parts.length, rows, bytes })
  return {
    ...{ table: table.id, date, run, force, accept, outcome: 'extracted', attempt, days: [date] },
    ...{ rows: Number(rows), bytes, seconds },
  }
}

/** The folder of a try that Spark has committed, and counted. Of two, either would do: the last is taken. */
function wholeTry(there: readonly StoredObject[], prefix: string): string | undefined {
  const keys = new Set(there.map(({ key }) => key))
  const tries = new Set(
    [...keys].flatMap((key) => {
      const [, name] = key.startsWith(outKey(prefix))
        ? (/^([^/]+)\//.exec(key.slice(outKey(prefix).length)) ?? [])
        : []
      return name === undefined ? [] : [`${outKey(prefix)}${name}`]
    }),
  )
  return [...tries]
    .filter((place) => ['data', 'rows'].every((what) => keys.has(`${place}/${what}/_SUCCESS`)))
    .sort()
    .at(-1)
}

/** What begins with _ or . in a folder that Spark has written is none of its rows. */
const isPart = (key: string, place: string): boolean =>
  key.startsWith(`${place}/data/`) && /^part-[^/]+\.gz$/.test(key.slice(`${place}/data/`.length))
