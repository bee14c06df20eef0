import { columns, count, seconds, size, wrap } from './display.ts'
import { type NightRecord, sentenceOf, type TableRecord } from './record.ts'
import type { Outcome } from './step-functions/step-functions.ts'

/** How an execution ended. */
export type Ended = Pick<Outcome, 'output' | 'error' | 'cause'> & { readonly status: string }

/**
 * What a night ends with: a line for each table and task, below them what there is to say, and, where
 * something is missing, the command that does it. Of what was asked for, it says also what never began.
 */
export function summary(
  record: NightRecord,
  ending: Ended,
  command: string,
  asked: readonly string[],
): string[] {
  const known = [...record.tables.values()]
  const never = asked.filter((table) => !record.tables.has(table) && !record.notAsked.has(table))
  const unknown = never.map((table): TableRecord => ({ table, outcome: 'running' }))
  const tables = ending.status === 'SUCCEEDED' ? known : [...known, ...unknown]
  const wordOf = (table: TableRecord) =>
    unknown.includes(table) ? 'never began' : outcomeWord(table)
  const of = (outcome: TableRecord['outcome']) => tables.filter((t) => t.outcome === outcome)
  const lines = [
    ...(tables.length > 0 ? [...tableLines(tables, wordOf), ''] : []),
    ...reasons('Failed', of('failed')),
    ...reasons('Skipped', of('skipped')),
    ...warningsOf(ending).flatMap((line) => [...wrap(line, '  '), '']),
  ]
  if (ending.status === 'SUCCEEDED') {
    return [...lines, success(record.date, [...of('loaded'), ...of('done')], of('complete'))]
  }
  const unsaid = [...of('running'), ...of('stopped')].length > 0
  if (unsaid || of('failed').length === 0 || ending.status !== 'FAILED') {
    lines.push(...theNight(ending))
  }
  return [...lines, 'Once that is mended, this does what is missing:', `  ${command}`]
}

/** Why a night ended as it did, where no table tells. */
function theNight({ status, error, cause = '' }: Ended): string[] {
  const how = { ABORTED: 'was stopped', TIMED_OUT: 'took too long' }[status] ?? 'failed'
  const reason = sentenceOf(cause) || error
  const said = `The night ${how}${reason ? `: ${reason}` : ''}`
  const [first = '', ...others] = said.split('\n').filter((line) => !isWarning(line))
  return [...wrap(first, '  '), ...others.flatMap((line) => wrap(`  ${line}`, '  '))]
}

/** What a person should see to, as the night's own report has it. */
export function warningsOf({ output, cause = '' }: Ended): string[] {
  const report = output === undefined ? {} : (JSON.parse(output) as { message?: string })
  return (report.message ?? sentenceOf(cause)).split('\n').filter(isWarning)
}

const isWarning = (line: string): boolean => line.startsWith('Warning of ')

/** A line for each table, in columns; `wordOf` says what became of one. */
export function tableLines(
  tables: readonly TableRecord[],
  wordOf: (table: TableRecord) => string = outcomeWord,
): string[] {
  const cell = (value: number | undefined, text: (value: number) => string) =>
    value === undefined ? '' : text(value)
  return columns(
    [
      ['table', 'rows', 'bytes', 'extract', 'load', 'outcome'],
      ...tables.map((t) => [
        t.table,
        cell(t.rows, count),
        cell(t.bytes, size),
        cell(t.extractSeconds, seconds),
        cell(t.loadSeconds, seconds),
        wordOf(t),
      ]),
    ],
    [1, 2, 3, 4],
  )
}

/** What became of a table, in words. */
export function outcomeWord({ outcome, later }: TableRecord): string {
  if (outcome !== 'complete') return outcome
  return later ? `complete for ${later}` : 'was complete'
}

/** Each reason once, below the tables that it holds for. */
export function reasons(heading: string, tables: readonly TableRecord[]): string[] {
  const byReason = Map.groupBy(tables, ({ message = '' }) => message)
  return [...byReason].flatMap(([reason, of]) => [
    ...wrap(`${heading}: ${of.map(({ table }) => table).join(', ')}`, '  '),
    ...reason.split('\n').flatMap((line) => wrap(`  ${line}`, '  ')),
    '',
  ])
}

function success(date: string, made: readonly TableRecord[], were: readonly TableRecord[]): string {
  const already = `${amounts(were)} complete already`
  if (made.length === 0) {
    return were.length > 0 ? `Nothing to do for ${date}: ${already}.` : 'Nothing was done.'
  }
  return `${amounts(made, ' loaded', ' done')} for ${date}${were.length > 0 ? `, ${already}` : ''}.`
}

/** `25 tables loaded and 1 task done` */
function amounts(records: readonly TableRecord[], loaded = '', done = ''): string {
  const tasks = records.filter(({ isTask }) => isTask).length
  const amount = (n: number, noun: string, verb: string) =>
    n === 0 ? [] : [`${n} ${noun}${n === 1 ? '' : 's'}${verb}`]
  return [...amount(records.length - tasks, 'table', loaded), ...amount(tasks, 'task', done)].join(
    ' and ',
  )
}
