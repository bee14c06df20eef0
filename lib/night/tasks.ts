import { randomBytes } from 'node:crypto'
import { Failure } from '../error.ts'
import type { Graph } from '../graph/graph.ts'
import type { Bucket } from '../manifest/bucket.ts'
import { deleteExtract, extract } from '../manifest/extract.ts'
import { type Extract, extractKey } from '../manifest/manifest.ts'
import type { Warehouse } from '../redshift/client.ts'
import { loadTable, transformTable } from '../redshift/load.ts'
import { atMostEverySecond, log } from './log.ts'
import { attemptPrefix, writeReceipt } from './receipt.ts'
import { secondsSince, type TaskInput, type TaskResult, unlessComplete } from './task.ts'

/** Reads a table from its source into the bucket. */
export function extractTask(
  { graph, bucket, milliseconds }: { graph: Graph; bucket: Bucket; milliseconds: number },
  input: TaskInput,
): Promise<TaskResult> {
  return unlessComplete(graph, bucket, input, async (table) => {
    const start = performance.now()
    const { date, run } = input
    const attempt = `${run}-${randomBytes(4).toString('hex')}`
    const prefix = attemptPrefix(table, date, attempt)
    const facts = { table: table.id, date, attempt }
    const progress = atMostEverySecond((rows: number, characters: number) =>
      log('extracting', { ...facts, rows, characters }),
    )
    const time = timeLimit(table.id, milliseconds)
    try {
      const done = await extract({ table, date, bucket, prefix, signal: time.signal, progress })
      const { rows, bytes, notes } = done
      const result = { rows, bytes, seconds: secondsSince(start) }
      log('extracted', { ...facts, ...result, notes })
      return { table: table.id, date, run, outcome: 'extracted', prefix, ...result }
    } finally {
      time.clear()
    }
  })
}

/** Ends an extract in good order before Lambda ends it in bad. */
function timeLimit(table: string, milliseconds: number) {
  const controller = new AbortController()
  const minutes = Math.round(milliseconds / 60_000)
  const message = `${table}: the extract is not done in ${minutes} minutes, all that its function has`
  const timer = setTimeout(
    () => controller.abort(new Failure('OutOfTime', message)),
    Math.max(0, milliseconds - 10_000),
  )
  return { signal: controller.signal, clear: () => clearTimeout(timer) }
}

/** Loads what was extracted into the warehouse; then the files have done their duty. */
export async function loadTask(
  { graph, bucket, warehouse, copyRole }: TaskTools & { copyRole: string },
  extracted: TaskResult,
): Promise<TaskResult> {
  const { outcome, prefix, date, run, bytes, seconds: extractSeconds } = extracted
  if (outcome !== 'extracted' || !prefix) return extracted
  const table = graph.get(extracted.table)?.table
  if (!table) throw new Failure('BadInput', `${extracted.table} is not in this bundle`)
  const start = performance.now()
  const rows = await loadTable({ warehouse, bucket, table, date, run, prefix, copyRole })
  const loadSeconds = secondsSince(start)
  const files = await bucket.get<Extract>(extractKey(prefix))
  if (files) {
    const { notes } = files
    await writeReceipt(bucket, table, {
      date,
      run,
      rows,
      bytes,
      extractSeconds,
      loadSeconds,
      notes,
    })
    await deleteExtract(bucket, prefix, files)
  }
  log('loaded', { table: table.id, date, run, rows, seconds: loadSeconds })
  return { table: table.id, date, run, outcome: 'loaded', rows, bytes, seconds: loadSeconds }
}

interface TaskTools {
  readonly graph: Graph
  readonly bucket: Bucket
  readonly warehouse: Warehouse
}

/** Makes a table inside the warehouse. */
export function transformTask(
  { graph, bucket, warehouse }: TaskTools,
  input: TaskInput,
): Promise<TaskResult> {
  return unlessComplete(graph, bucket, input, async (table) => {
    const start = performance.now()
    const { date, run } = input
    const rows = await transformTable({ warehouse, table, date, run })
    const seconds = secondsSince(start)
    await writeReceipt(bucket, table, { date, run, rows, loadSeconds: seconds })
    log('transformed', { table: table.id, date, run, rows, seconds })
    return { table: table.id, date, run, outcome: 'loaded', rows, seconds }
  })
}
