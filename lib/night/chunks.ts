import { Failure, messageOf } from '../error.ts'
import type { Graph } from '../graph/graph.ts'
import type { Bucket } from '../manifest/bucket.ts'
import { conclude, type Portion, writeFiles } from '../manifest/extract.ts'
import { type Extract, extractKey, type Files } from '../manifest/manifest.ts'
import { readExtract } from '../manifest/read.ts'
import { openSnapshot } from '../manifest/slice.ts'
import type { Packing } from '../manifest/writer.ts'
import type { Definition } from '../table/definition.ts'
import type { Chunks } from '../table/portion.ts'
import { about, atMostEverySecond, log } from './log.ts'
import { measure } from './metrics.ts'
import { portionOf } from './portion.ts'
import { attemptPrefix, chunkFailureKey, type FailureNote } from './receipt.ts'
import {
  newAttempt,
  secondsSince,
  type TaskInput,
  type TaskResult,
  tableOf,
  timeLimit,
  unlessComplete,
} from './task.ts'

interface Tools {
  readonly graph: Graph
  readonly bucket: Bucket
  readonly packing?: Packing
  /** The time that the function has. */
  readonly milliseconds: number
}

/** A range of a table's keys: one item of the list that a plan writes. */
export interface Chunk {
  /** Its place in the list, from 0. */
  readonly chunk: number
  /** The first key; null in the first range, which has no beginning. */
  readonly from: string | null
  /** The first key of the next range; null in the last range, which has no end. */
  readonly to: string | null
  /** Rows whose cursor is this or higher, where only changes are read. */
  readonly since: string | null
  /** Whether the primary keys of the range are read too. */
  readonly keys: boolean
}

/** Why a chunk has failed. */
interface ChunkNote extends FailureNote {
  readonly chunk: number
}

/** A chunk, and the extract it is a part of. */
export interface ChunkInput {
  readonly range: Chunk
  readonly table: string
  readonly date: string
  readonly run: string
  readonly attempt: string
}

export interface ChunkResult {
  readonly table: string
  readonly chunk: number
  readonly rows: number
  readonly bytes: number
  readonly seconds: number
}

const chunksKey = (prefix: string): string => `${prefix}/chunks.json`

const chunkPrefix = (prefix: string, chunk: number): string =>
  `${prefix}/chunk-${String(chunk).padStart(5, '0')}`

/**
 * Cuts a table into ranges of its key, and writes them down as a list of Chunks. Together the ranges
 * are all keys there can be, so that rows which come meanwhile are in one of them. What has changed is
 * one range, unless it is more than a range should have: nobody knows how it is spread.
 */
export function planTask(tools: Tools, input: TaskInput): Promise<TaskResult> {
  const { graph, bucket, milliseconds } = tools
  return unlessComplete(graph, bucket, input, async () => {
    const table = tableOf(graph, input.table)
    const start = performance.now()
    const { date, run, force, accept } = input
    const { made, chunks } = chunked(table)
    const attempt = newAttempt(run)
    about({ attempt })
    const time = timeLimit(table.id, milliseconds)
    const readAt = new Date().toISOString()
    const { id, columns } = table
    const reading = {
      table: id,
      columns,
      date,
      signal: time.signal,
      note: () => {},
      warn: () => {},
    }
    try {
      const portion = await portionOf(bucket, table, input)
      const snapshot = await openSnapshot(made, reading)
      try {
        // No chunk reads an older state than this, so that what it misses is above the bound.
        const cursor = made.incremental?.cursor
        const bound = cursor && (await snapshot.highest(cursor))
        const changes = portion?.keys ? undefined : portion?.slice
        const cuts = await snapshot.cuts(chunks.by, chunks.rows, changes)
        const items = itemsOf(cuts, portion)
        const key = chunksKey(attemptPrefix(table, date, attempt))
        await bucket.put(key, items)
        log('planned', { chunks: items.length })
        return {
          ...{ table: id, date, run, force, accept, outcome: 'planned', attempt },
          ...{ chunks: { key, count: items.length }, readAt },
          ...(portion?.increment && { increment: { ...portion.increment, bound } }),
          seconds: secondsSince(start),
        }
      } finally {
        snapshot.close()
      }
    } finally {
      time.clear()
    }
  })
}

/** The ranges between cuts, each of which begins one. */
export function itemsOf(cuts: readonly string[], portion?: Portion): Chunk[] {
  const since = portion?.slice.since?.value ?? null
  const keys = portion?.keys ?? false
  return [null, ...cuts].map((from, chunk) => ({
    chunk,
    from,
    to: cuts[chunk] ?? null,
    since,
    keys,
  }))
}

/**
 * Reads one range into files of its own, and then says at the range's place which they are. A second
 * try writes other files, and whichever try ends last is the one that counts, whole. If it fails, it
 * writes down why, since Step Functions tells the table only that a chunk did; a later try that does not
 * takes that back. One that waits for its turn has not failed.
 */
export async function chunkTask(tools: Tools, input: ChunkInput): Promise<ChunkResult> {
  const table = tableOf(tools.graph, input.table)
  const { chunk } = input.range
  const key = chunkFailureKey(table, input.run)
  try {
    const done = await readChunk(tools, table, input)
    const last = await tools.bucket.get<ChunkNote>(key)
    if (last?.chunk === chunk) await tools.bucket.delete([key])
    return done
  } catch (error) {
    const { name, message } = error instanceof Error ? error : new Error(String(error))
    if (name === 'Busy') throw error
    const reason = `chunk ${chunk}: ${message}`
    const note: ChunkNote = { table: table.id, chunk, error: name, reason }
    await tools.bucket.put(key, note).catch((lost: unknown) => {
      log('no note', { ...note, why: messageOf(lost) })
    })
    throw error
  }
}

async function readChunk(
  { bucket, packing, milliseconds }: Tools,
  table: Definition,
  input: ChunkInput,
): Promise<ChunkResult> {
  const { date, attempt, range } = input
  const { chunk } = range
  const start = performance.now()
  const place = chunkPrefix(attemptPrefix(table, date, attempt), chunk)
  const time = timeLimit(table.id, milliseconds, { help: helpOf(range) })
  try {
    const found = await writeFiles({
      ...{ table, date, bucket, packing, signal: time.signal },
      prefix: `${place}/${newAttempt('try')}`,
      portion: chunkPortion(table, input),
      progress: atMostEverySecond((rows: number, uncompressed: number) =>
        log('extracting', { chunk, rows, uncompressed }),
      ),
    })
    if (!found) throw new Error(`${table.id}: nothing was read of chunk ${chunk}`)
    const seconds = secondsSince(start)
    await bucket.put(extractKey(place), { ...found, seconds } satisfies Extract)
    const { rows = 0, bytes, notes, warnings } = found
    const facts = { table: table.id, chunk, rows, bytes, seconds }
    log('extracted', { ...facts, notes, warnings })
    return facts
  } finally {
    time.clear()
  }
}

/** All changes in one range may be more than was thought; any other range can be made smaller. */
const helpOf = ({ from, to, since }: Chunk): string =>
  from === null && to === null && since !== null
    ? 'Run it with "force": true, which reads all rows, in ranges'
    : 'Declare fewer rows in the chunks of its mirror'

function chunkPortion(table: Definition, input: ChunkInput): Portion {
  const { made, chunks } = chunked(table)
  const { from, to, since, keys } = input.range
  const cursor = made.incremental?.cursor
  return {
    slice: {
      range: { column: chunks.by, from: from ?? undefined, to: to ?? undefined },
      ...(since !== null && cursor && { since: { column: cursor, value: since } }),
    },
    keys,
    // One COPY loads the files of all chunks, and knows one word for NULL.
    marker: `NULL_${input.attempt.slice(-8)}`,
  }
}

/**
 * Makes one extract of all chunks of a plan: from what each of them says it wrote, and never from what
 * a prefix holds. Throws a SourceRefused where one has said nothing.
 */
export async function sealTask(
  { graph, bucket }: Pick<Tools, 'graph' | 'bucket'>,
  planned: TaskResult,
): Promise<TaskResult> {
  const { outcome, date, run, force, accept, attempt, chunks, increment, readAt } = planned
  if (outcome !== 'planned' || !attempt || !chunks) return planned
  const start = performance.now()
  const table = tableOf(graph, planned.table)
  const prefix = attemptPrefix(table, date, attempt)
  const found = await readExtracts(bucket, table, prefix, chunks.count)
  const keys = found.flatMap(({ keys }) => keys ?? [])
  const notes: Record<string, number> = {}
  for (const [what, count] of found.flatMap(({ notes }) => Object.entries(notes))) {
    notes[what] = (notes[what] ?? 0) + count
  }
  const warned = new Set(found.flatMap(({ warnings = [] }) => warnings))
  const warnings = warned.size > 0 ? [...warned] : undefined
  const extract: Extract = {
    ...{ table: table.id, date, readAt, readUntil: new Date().toISOString() },
    ...{ ...joined(found), notes, warnings, increment },
    ...(keys.length > 0 && { keys: joined(keys) }),
    others: [chunks.key, ...found.map((_, chunk) => extractKey(chunkPrefix(prefix, chunk)))],
  }
  await conclude(bucket, prefix, extract)
  const { rows, bytes } = extract
  measure({ Bytes: bytes }, table.id)
  log('sealed', { chunks: chunks.count, rows, bytes, notes, warnings })
  const seconds = (planned.seconds ?? 0) + secondsSince(start)
  const reading = found.reduce((sum, { seconds = 0 }) => sum + seconds, 0)
  return {
    ...{ table: table.id, date, run, force, accept, outcome: 'extracted', attempt },
    ...{ days: [date], rows, bytes, seconds },
    read: { chunks: chunks.count, seconds: reading },
  }
}

/** So many are asked for at once. */
const AT_ONCE = 20

async function readExtracts(
  bucket: Bucket,
  table: Definition,
  prefix: string,
  count: number,
): Promise<Extract[]> {
  const read = async (chunk: number) => {
    const found = await readExtract(bucket, chunkPrefix(prefix, chunk))
    if (found) return found
    const which = `chunk ${chunk} of 0 to ${count - 1}`
    throw new Failure('SourceRefused', `${table.id}: ${which} was not extracted: run it again`)
  }
  const all: Extract[] = []
  for (let at = 0; at < count; at += AT_ONCE) {
    const some = Array.from({ length: Math.min(AT_ONCE, count - at) }, (_, i) => read(at + i))
    all.push(...(await Promise.all(some)))
  }
  return all
}

/** The files of all chunks as those of one extract. */
function joined(files: readonly Files[]): Files {
  const [first] = files
  if (!first) throw new Error('a plan without chunks')
  const { columns, format } = first
  const parts = files.flatMap(({ parts }) => parts)
  const sum = (of: (files: Files) => number) => files.reduce((total, file) => total + of(file), 0)
  return {
    columns,
    format,
    rows: sum(({ rows = 0 }) => rows),
    bytes: sum(({ bytes }) => bytes),
    parts,
  }
}

function chunked(table: Definition) {
  const { made } = table
  if (made.by !== 'extract' || !made.chunks) throw new Error(`${table.id} is not read in chunks`)
  return { made, chunks: made.chunks satisfies Chunks }
}
