import { count, seconds, size } from './display.ts'
import type { TaskEvent, Watcher } from './machine.ts'

/** What became of a table or task. */
export interface TableRecord {
  readonly table: string
  isTask?: true
  rows?: number
  bytes?: number
  extractSeconds?: number
  loadSeconds?: number
  outcome: 'loaded' | 'done' | 'complete' | 'failed' | 'skipped' | 'running'
  message?: string
}

interface Result {
  readonly table?: string
  readonly outcome?: TableRecord['outcome'] | 'awaited' | 'extracted' | 'not asked for'
  readonly rows?: number
  readonly bytes?: number
  readonly seconds?: number
}

/** Follows the states of a night, table by table. */
export class NightRecord implements Watcher {
  readonly tables = new Map<string, TableRecord>()
  date = ''
  /** How many tables were asked for, and the rows that each had the last time. */
  total = 0
  lastRows: ReadonlyMap<string, number> = new Map()
  private readonly report: (line: string) => void
  /** The states that are under way: since when, and how far they say they are. */
  private readonly running = new Map<string, { since: number; far?: string }>()

  constructor(report: (line: string) => void) {
    this.report = report
  }

  started({ state }: TaskEvent): void {
    this.running.set(state, { since: performance.now() })
  }

  ended({ state, input, seconds: taken, result, error }: Parameters<Watcher['ended']>[0]): void {
    this.running.delete(state)
    if (state === 'Prepare' && result) this.date = (result as { date: string }).date
    const { table } = input as Result
    const passing = ['awaited', 'not asked for'].includes((result as Result)?.outcome ?? '')
    if (!table || passing || state.endsWith(' failed')) return
    const record = this.recordOf(table)
    if (state.startsWith('Run ')) record.isTask = true
    if (error) {
      const skipped = error.name === 'DependencyIncomplete'
      record.outcome = skipped ? 'skipped' : 'failed'
      record.message = sentenceOf(error.message)
      this.report(`${state.padEnd(32)} ${record.outcome}`)
      return
    }
    const { outcome, rows, bytes, seconds: working = taken } = result as Result
    // A load that is told of a complete table only passes it on.
    if ((input as Result).outcome && (input as Result).outcome !== 'extracted') return
    const ended = outcome === 'loaded' || outcome === 'done' || outcome === 'complete'
    record.outcome = ended ? outcome : 'running'
    record.rows = rows ?? record.rows
    record.bytes = bytes ?? record.bytes
    if (outcome === 'complete') return
    if (outcome === 'extracted') record.extractSeconds = working
    else record.loadSeconds = working
    // Of files that others wrote, only the load knows the rows; a task has none.
    const amount =
      rows !== undefined ? `${count(rows)} rows` : record.isTask ? '' : size(bytes ?? 0)
    const facts = [amount.padStart(16), seconds(working).padStart(8)]
    this.report([state.padEnd(32), ...facts].join(' '))
  }

  /** Reads a line of a function's log: an extract says there how far it is. */
  hear(line: string): void {
    if (!line.startsWith('{"message":"extracting"')) return
    const heard = JSON.parse(line) as { table: string; rows: number; characters: number }
    const task = this.running.get(`Extract ${heard.table}`)
    if (!task) return
    const last = this.lastRows.get(heard.table)
    const rows = `${count(heard.rows)}${last ? ` of about ${count(last)}` : ''} rows`
    task.far = `${rows}, ${size(heard.characters)}`
  }

  /** What is under way, in one line: `[12/15] Extract orders: 84,000 of about 120,000 rows …`. */
  status(): string {
    const done = [...this.tables.values()].filter(({ outcome }) => outcome !== 'running').length
    const running = [...this.running].map(([state, { since, far }]) => {
      return `${state}: ${far ?? seconds((performance.now() - since) / 1000)}`
    })
    return `  [${done}/${this.total}] ${running.join('; ')}`
  }

  recordOf(table: string): TableRecord {
    const record = this.tables.get(table) ?? { table, outcome: 'running' }
    this.tables.set(table, record)
    return record
  }
}

/** The sentence in the cause that a failed task gives. */
export function sentenceOf(cause: string): string {
  try {
    return (JSON.parse(cause) as { errorMessage: string }).errorMessage
  } catch {
    return cause
  }
}
