import type { TaskFunctions } from '../task-functions.ts'

/** Logs Insights asks no more groups at once. */
const MOST_LOGS = 50

/** The logs of functions that queries ask: first of those that every table has. */
export function logsOf({ all, load, report, note }: TaskFunctions): string[] {
  const first = [report, note, load]
  const others = all.filter((fn) => !first.includes(fn))
  return [...first, ...others].slice(0, MOST_LOGS).map(({ logs }) => logs.logGroupName)
}

/** A line for each table and run date, from what its functions measured. */
export const lastNights = [
  'filter message = "measured" and ispresent(Table)',
  `stats max(DaysBehind) as days_behind, max(Rows) as rows, max(Bytes) as bytes,
     max(ExtractSeconds) as extract_seconds, max(LoadSeconds) as load_seconds by date, Table`,
  'sort date desc, days_behind desc, load_seconds desc',
  'limit 1000',
].join('\n| ')

/** What functions failed with, as they logged it. */
export const errorsOf = [
  'filter level = "ERROR"',
  'fields @timestamp, date, table, error.name, error.message',
  'sort @timestamp desc',
  'limit 50',
].join('\n| ')
