import { createHash } from 'node:crypto'
import { Failure, messageOf } from '../error.ts'
import { StatementError, type Warehouse } from '../redshift/client.ts'
import type { TaskWarehouse } from '../table/definition.ts'
import { render, type Sql } from '../table/sql.ts'
import { checkHeld } from './lock.ts'
import { log } from './log.ts'
import { measure } from './metrics.ts'
import { begunKey, writeReceipt } from './receipt.ts'
import {
  secondsSince,
  spanSince,
  type TaskInput,
  type TaskResult,
  taskOf,
  timeLimit,
  unlessComplete,
} from './task.ts'
import type { TaskTools } from './tasks.ts'

/**
 * Runs a task. Where a statement of its goes on after the function's time is up, what was begun is
 * written down, and the next try finds those statements again rather than run them twice.
 */
export async function runTask(
  { graph, bucket, warehouse, milliseconds }: TaskTools,
  input: TaskInput,
): Promise<TaskResult> {
  return unlessComplete(graph, bucket, input, async () => {
    const task = taskOf(graph, input.table)
    const start = performance.now()
    const { date, run } = input
    const goingOn = begunKey(task, run)
    const begun = (await bucket.get<Begun>(goingOn)) ?? {}
    await bucket.delete([goingOn])
    const time = timeLimit(task.id, milliseconds, { what: 'task' })
    try {
      await task.run({
        date,
        warehouse: warehouseOf(warehouse, begun, input, start + milliseconds),
        log: (message, facts) => log(message, facts),
        signal: time.signal,
      })
    } catch (error) {
      const { name } = error as Error
      if (name === 'StillRunning') await bucket.put(goingOn, begun)
      // What ends at the signal need not say why.
      throw name === 'AbortError' && time.signal.aborted ? time.signal.reason : error
    } finally {
      time.clear()
    }
    const seconds = secondsSince(start)
    await checkHeld(bucket, input)
    const worked = spanSince(start)
    await writeReceipt(bucket, task, { date, run, loadSeconds: seconds, worked })
    log('done', { seconds })
    measure({ LoadSeconds: seconds }, task.id)
    return { table: task.id, date, run, outcome: 'done', seconds }
  })
}

/** The ids of the statements that a task has begun, by what they are. */
type Begun = Record<string, string>

/** The warehouse for a task: its statements have names of their own, and their ids are kept. */
function warehouseOf(
  warehouse: Warehouse,
  begun: Begun,
  { table, date, run }: TaskInput,
  deadline: number,
): TaskWarehouse {
  const times = new Map<string, number>()
  const query = async (sql: Sql) => {
    const statement = render(sql, { runDate: date })
    const hash = createHash('sha256').update(JSON.stringify(statement)).digest('hex').slice(0, 16)
    const time = (times.get(hash) ?? 0) + 1
    times.set(hash, time)
    const key = `${hash} ${time}`
    try {
      begun[key] ??= await warehouse.begin(`usher ${run} ${table} ${date} ${key}`, statement)
      return await warehouse.rowsOf(begun[key], deadline)
    } catch (error) {
      if (!(error instanceof StatementError)) throw error
      throw new Failure('WarehouseRefused', `${table}: ${messageOf(error)}`, { cause: error })
    }
  }
  return { query, execute: async (sql) => void (await query(sql)) }
}
