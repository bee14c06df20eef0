import type { HistoryEvent } from '@aws-sdk/client-sfn'
import { count, seconds, size } from './display.ts'
import { followTasks, type Task } from './follow.ts'

/** What became of a table or task. */
export interface TableRecord {
  readonly table: string
  isTask?: true
  rows?: number
  bytes?: number
  extractSeconds?: number
  loadSeconds?: number
  outcome: 'loaded' | 'done' | 'complete' | 'failed' | 'skipped' | 'running' | 'stopped'
  /** The later run date that it was complete for. */
  later?: string
  message?: string
}

/** What the work of a table or task took of machines, other than what is told of it. */
export interface Effort {
  /** Seconds of an extract's function; of a table in chunks, of those that plan and seal. */
  readonly extractSeconds?: number
  /** How many chunks were read, and how long that took all together. */
  readonly read?: { readonly chunks: number; readonly seconds: number }
  /** When it was loaded, transformed or run, in seconds. */
  readonly worked?: { readonly start: number; readonly end: number }
}

/** When something was done for a table. */
export interface Step {
  readonly table: string
  /** `Extract events` */
  readonly state: string
  /** When its last attempt began and ended: `2026-11-23T03:00:12.345Z`. */
  readonly from: string
  readonly to: string
}

/** What a state is given and gives, as far as it is looked at. */
interface Words {
  readonly table?: string
  readonly Name?: string
  readonly outcome?: string
  readonly rows?: number
  readonly bytes?: number
  readonly seconds?: number
  readonly read?: { readonly chunks: number; readonly seconds: number }
  readonly date?: string
  readonly later?: string
  /** Given to the state that notes a failure, and to no other. */
  readonly error?: { readonly Error: string; readonly Cause?: string }
}

const COMPLETE: ReadonlySet<string> = new Set(['loaded', 'done', 'complete'])

/** Follows the executions of a night, table by table. */
export class NightRecord {
  readonly tables = new Map<string, TableRecord>()
  readonly efforts = new Map<string, Effort>()
  /** The tables that the night passed by. */
  readonly notAsked = new Set<string>()
  /** What was done, in the order in which it ended. */
  readonly steps: Step[] = []
  date = ''
  /** How many tables were asked for, and the rows that each had the last time. */
  total = 0
  lastRows: ReadonlyMap<string, number> = new Map()
  /** What is under way, or waits to be tried again; with it, how far it says it is. */
  readonly running = new Map<Task, string | undefined>()
  private readonly report: (line: string) => void
  private readonly follow = followTasks()
  /** Seconds that the chunks of a table took. */
  private readonly chunks = new Map<string, number>()

  constructor(report: (line: string) => void) {
    this.report = report
  }

  /** Hears an event of an execution; gives the task that it tells of, if it does. */
  hear(execution: string, event: HistoryEvent): Task | undefined {
    const task = this.follow(execution, event)
    if (task?.since && !this.running.has(task)) this.running.set(task, undefined)
    for (const [other] of this.running) if (other.over) this.ended(other)
    return task
  }

  /** Reads a line of a function's log: an extract says there how far it is. */
  hearLine(line: string): void {
    if (!line.includes('"message":"extracting"')) return
    const heard = JSON.parse(line) as { table: string; rows: number; uncompressed: number }
    const task = [...this.running.keys()].find(({ state }) => state === `Extract ${heard.table}`)
    if (!task) return
    const last = this.lastRows.get(heard.table)
    const rows = `${count(heard.rows)}${last ? ` of about ${count(last)}` : ''} rows`
    this.running.set(task, `${rows}, ${size(heard.uncompressed)}`)
  }

  /** What is under way, in one line: `[12/15] Extract orders: 84,000 of about 120,000 rows …`. */
  status(): string {
    const done = [...this.tables.values()].filter(({ outcome }) => outcome !== 'running').length
    const running = [...this.running].flatMap(([{ state, since, until }, far]) => {
      // Of a Map its own line tells; what waits for others works on nothing.
      if (!since || until || /^(Await upstream|Extract a chunk) of /.test(state)) return []
      return [`${state}: ${far ?? seconds((Date.now() - since.getTime()) / 1000)}`]
    })
    return `  [${done}/${this.total}] ${running.join('; ')}`
  }

  /** Those of some tables and tasks that are not complete. */
  lacking(asked: readonly string[]): string[] {
    return asked.filter((table) => !COMPLETE.has(this.tables.get(table)?.outcome ?? ''))
  }

  recordOf(table: string): TableRecord {
    const record = this.tables.get(table) ?? { table, outcome: 'running' }
    this.tables.set(table, record)
    return record
  }

  private ended(task: Task): void {
    this.running.delete(task)
    const { state, failure, aborted, isMap } = task
    const { table, error } = wordsOf(task.input)
    const { date } = wordsOf(task.result)
    if (state === 'Prepare' && date) this.date = date
    this.stepped(task)
    if (!table) return
    if (error) this.failed(table, table, error.Error, error.Cause ?? '')
    else if (failure) this.failed(table, state, failure.error, failure.cause)
    else if (isMap && !aborted) this.chunks.set(table, secondsOf(task))
    else if (!aborted) this.succeeded(table, task)
    else if (this.recordOf(table).outcome === 'running') this.recordOf(table).outcome = 'stopped'
  }

  /** Keeps when a step began and ended, but of what there was nothing to do for. */
  private stepped({ state, since, until, input, result }: Task): void {
    // A job of Spark knows its table by its own name alone.
    const { table, Name: job } = wordsOf(input)
    const { outcome } = wordsOf(result)
    const own = table ?? (state.startsWith('Spark ') ? job : undefined)
    if (!own || !since || !until || outcome === 'not asked for' || outcome === 'complete') return
    if (!/^(Plan|Extract|Seal|Unload|Spark|Load|Transform|Run) (?!a chunk of )/.test(state)) return
    this.steps.push({ table: own, state, from: since.toISOString(), to: until.toISOString() })
  }

  private succeeded(table: string, task: Task): void {
    const { state } = task
    const words = wordsOf(task.result)
    const { outcome, rows, bytes, later, read, seconds: worked = secondsOf(task) } = words
    if (outcome === 'not asked for') this.notAsked.add(table)
    const known = outcome === 'loaded' || outcome === 'done' || outcome === 'complete'
    if (!known && outcome !== 'extracted') return
    const record = this.recordOf(table)
    if (state.startsWith('Run ')) record.isTask = true
    record.rows = rows ?? record.rows
    record.bytes = bytes ?? record.bytes
    record.message = undefined
    if (outcome === 'complete') {
      // A night that goes round again finds complete what it has loaded itself.
      if (record.outcome !== 'loaded' && record.outcome !== 'done') record.outcome = 'complete'
      record.later = later
      return
    }
    record.outcome = known ? outcome : 'running'
    const effort = known ? { worked: spanOf(task) } : { extractSeconds: worked, read }
    this.efforts.set(table, { ...this.efforts.get(table), ...effort })
    const taken = worked + (outcome === 'extracted' ? (this.chunks.get(table) ?? 0) : 0)
    if (outcome === 'extracted') record.extractSeconds = taken
    else record.loadSeconds = taken
    // Of files that others wrote, only the load knows the rows; a task has none.
    const amount =
      rows !== undefined ? `${count(rows)} rows` : record.isTask ? '' : size(bytes ?? 0)
    const facts = [amount.padStart(16), seconds(taken).padStart(8)]
    this.report([state.padEnd(32), ...facts].join(' '))
  }

  private failed(table: string, what: string, error: string, cause: string): void {
    const record = this.recordOf(table)
    if (what.startsWith('Run ')) record.isTask = true
    const message = sentenceOf(cause) || error
    const outcome = error === 'DependencyIncomplete' ? 'skipped' : 'failed'
    // What notes a failure tells of it once more, as does a Map of that of a chunk.
    const again = what === table || error === 'States.ExceedToleratedFailureThreshold'
    if (again && (record.outcome === 'failed' || record.outcome === 'skipped')) return
    Object.assign(record, { outcome, message })
    this.report(`${what.padEnd(32)} ${outcome}`)
  }
}

/** How long the last attempt took. */
const secondsOf = ({ since, until }: Task): number =>
  ((until?.getTime() ?? 0) - (since?.getTime() ?? 0)) / 1000

/** When it was. */
const spanOf = ({ since, until }: Task) => ({
  start: (since?.getTime() ?? 0) / 1000,
  end: (until?.getTime() ?? 0) / 1000,
})

const wordsOf = (value: unknown): Words =>
  typeof value === 'object' && value !== null ? (value as Words) : {}

/** The sentence in the cause that a failed task gives. */
export function sentenceOf(cause: string): string {
  try {
    const about = JSON.parse(cause) as { errorMessage?: string; StateDetails?: string }
    return about.errorMessage ?? about.StateDetails ?? cause
  } catch {
    return cause
  }
}
