import { wrap } from '../../local/display.ts'
import { NightRecord, type TableRecord } from '../../local/record.ts'
import { outcomeWord, reasons, summary, tableLines } from '../../local/summary.ts'
import { costLines } from './cost.ts'
import type { Listed } from './listing.ts'
import type { NightMachine } from './night-machine.ts'
import { askedOf, surely } from './progress.ts'
import { restart } from './restart.ts'
import { isRunning, listenerTo } from './watch.ts'
import { clock, statusWord, took } from './words.ts'

/** How an execution and its tables stand. */
export async function standingLines(
  machine: NightMachine,
  { arn, name, meaning, standing }: Listed,
  stage: unknown,
): Promise<string[]> {
  const { timeZone } = machine.stage
  const record = new NightRecord(() => {})
  const asked = await askedOf(machine, meaning)
  await listenerTo(machine.client, arn, record)()
  record.date ||= meaning?.date ?? ''
  const status = statusWord(standing.status)
  const since = `since ${clock(standing.started, timeZone)} (${timeZone})`
  const head = isRunning(standing)
    ? `${name}: ${status} ${since}, for ${took(standing)}`
    : `${name}: ${status} after ${took(standing)}, ${clock(standing.started, timeZone)} (${timeZone})`
  const lines = [...wrap(head, '  '), '']
  const left = asked.filter((table) => !record.notAsked.has(table))
  if (!isRunning(standing)) {
    const command = restart(meaning, stage, record, left)
    const all = summary(record, standing, command, surely(left, meaning))
    return [...lines, ...all, ...(await costLines(machine.stage, record))]
  }

  const underWay = new Map(
    [...record.running.keys()].flatMap((task) => {
      const { table } = (task.input ?? {}) as { table?: string }
      return table ? [[table, task] as const] : []
    }),
  )
  const tables = left.map(
    (table): TableRecord => record.tables.get(table) ?? { table, outcome: 'running' },
  )
  const wordOf = (record: TableRecord): string => {
    const task = underWay.get(record.table)
    if (task?.state.startsWith('Await ')) return 'waiting'
    if (task?.since && !task.until) return `running since ${clock(task.since, timeZone).slice(11)}`
    if (task) return 'to be tried again'
    return record.outcome === 'running' ? 'waiting' : outcomeWord(record)
  }
  const of = (outcome: TableRecord['outcome']) => tables.filter((t) => t.outcome === outcome)
  const done = [...of('loaded'), ...of('done'), ...of('complete')].length
  return [
    ...lines,
    ...tableLines(tables, wordOf),
    '',
    ...reasons('Failed', of('failed')),
    ...reasons('Skipped', of('skipped')),
    `${done} of ${tables.length} tables are complete so far.`,
  ]
}
