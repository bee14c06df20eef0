import { columns, count, seconds, size, wrap } from './display.ts'
import type { Ending, TaskEvent, Watcher } from './machine.ts'

/** What became of a table. */
export interface TableRecord {
  readonly table: string
  rows?: number
  bytes?: number
  extractSeconds?: number
  loadSeconds?: number
  outcome: 'loaded' | 'complete' | 'failed' | 'skipped' | 'running'
  message?: string
}

interface Result {
  readonly table?: string
  readonly outcome?: TableRecord['outcome'] | 'extracted' | 'not asked for'
  readonly rows?: number
  readonly bytes?: number
  readonly seconds?: number
}

/** Follows the tasks of a night, table by table. */
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
    const passing = (result as Result | undefined)?.outcome === 'not asked for'
    if (!table || passing || state.endsWith(' failed')) return
    const record = this.recordOf(table)
    if (error) {
      const skipped = error.name === 'DependencyIncomplete'
      record.outcome = skipped ? 'skipped' : 'failed'
      record.message = sentenceOf(error)
      this.report(`${state.padEnd(32)} ${record.outcome}`)
      return
    }
    const { outcome, rows, bytes, seconds: working = taken } = result as Result
    // A load that is told of a complete table only passes it on.
    if ((input as Result).outcome && (input as Result).outcome !== 'extracted') return
    record.outcome = outcome === 'loaded' || outcome === 'complete' ? outcome : 'running'
    record.rows = rows ?? record.rows
    record.bytes = bytes ?? record.bytes
    if (outcome === 'complete') return
    if (outcome === 'extracted') record.extractSeconds = working
    else record.loadSeconds = working
    const facts = [`${count(rows ?? 0).padStart(11)} rows`, seconds(working).padStart(8)]
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

  /** The table at the end of a night. */
  lines(): string[] {
    const cell = (value: number | undefined, text: (value: number) => string) =>
      value === undefined ? '' : text(value)
    return columns(
      [
        ['table', 'rows', 'bytes', 'extract', 'load', 'outcome'],
        ...[...this.tables.values()].map((t) => [
          t.table,
          cell(t.rows, count),
          cell(t.bytes, size),
          cell(t.extractSeconds, seconds),
          cell(t.loadSeconds, seconds),
          t.outcome === 'complete' ? 'was complete' : t.outcome,
        ]),
      ],
      [1, 2, 3, 4],
    )
  }

  /** What there is to say below that table: why, and what to run next. */
  afterwords(ending: Ending, asked: readonly string[]): string[] {
    const all = [...this.tables.values()]
    const of = (outcome: TableRecord['outcome']) => all.filter((t) => t.outcome === outcome)
    const lines = ['']
    for (const { table, message } of of('failed')) lines.push(`${table} failed: ${message}`)
    const reasons = new Map<string, string[]>()
    for (const { table, message = '' } of of('skipped')) {
      reasons.set(message, [...(reasons.get(message) ?? []), table])
    }
    for (const [reason, tables] of reasons) {
      lines.push(`Skipped, since ${reason}`, ...wrap(tables.join(', ')), '')
    }
    if (ending.status === 'FAILED') {
      if (of('failed').length === 0)
        lines.push(`the night failed: ${sentenceOf(new Error(ending.cause))}`)
      const date = this.date && ` --date ${this.date}`
      const tables = asked.length > 0 ? ` --tables ${asked.join(',')}` : ''
      lines.push('', 'Once that is mended, this does what is missing:')
      lines.push(`  npm run night --${date}${tables}`)
      return lines
    }
    const done = of('loaded').length
    const was = of('complete').length
    const tables = (n: number) => `${n} ${n === 1 ? 'table' : 'tables'}`
    lines.push(
      done === 0
        ? `Nothing to do for ${this.date}: ${tables(was)} complete already.`
        : `${tables(done)} loaded for ${this.date}${was > 0 ? `, ${tables(was)} complete already` : ''}.`,
    )
    return lines
  }
}

/** The sentence in the cause that a failed task gives. */
export function sentenceOf(error: Error): string {
  try {
    return (JSON.parse(error.message) as { errorMessage: string }).errorMessage
  } catch {
    return error.message
  }
}
