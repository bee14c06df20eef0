import { type Execution, MOST_EVENTS } from './execution.ts'

/** Milliseconds after its end in which an execution can be redriven. */
const REDRIVABLE_FOR = 14 * 24 * 3600 * 1000

/** Why an execution cannot be redriven, if it cannot. */
export function notRedrivable({ status, stopped, history, mapRun }: Execution): string | undefined {
  if (mapRun !== undefined) return 'Execution is part of a Map Run: redrive its parent'
  if (status === 'RUNNING') return 'Execution is RUNNING and cannot be redriven'
  if (status === 'SUCCEEDED') return 'Execution is SUCCEEDED and cannot be redriven'
  if (history.length >= MOST_EVENTS - 1) {
    return 'Execution history event count exceeds the limit and cannot be redriven'
  }
  if (Date.now() - (stopped?.getTime() ?? 0) > REDRIVABLE_FOR) {
    return 'Execution exceeds the redrivable period of 14 days'
  }
  return undefined
}
