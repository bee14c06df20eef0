import type { FailureName } from '../error.ts'

/** Where runbooks are unless the stage says: in a checkout. */
export const RUNBOOKS = 'docs/runbooks'

/** The page about each kind of failure that a table, a task or a night may have. */
export const pages: Readonly<Record<FailureName, string>> = {
  BadDeclaration: 'bad-declaration',
  BadInput: 'bad-input',
  BadValue: 'bad-value',
  SourceRefused: 'source-refused',
  WarehouseRefused: 'warehouse-refused',
  CheckFailed: 'check-failed',
  RunHeld: 'run-held',
  NightIncomplete: 'night-failed',
  NightUntold: 'night-untold',
  DependencyIncomplete: 'night-failed',
  OutOfTime: 'out-of-time',
  StillRunning: 'transient',
  Busy: 'transient',
  Transient: 'transient',
}

/** What Lambda and Step Functions say where the function itself could not. */
const ENDED = /^(Lambda|Runtime|Sandbox)\.|^States\.Timeout$/

/** The page about an error, by its name. */
export function pageOf(error: string): string {
  if (Object.hasOwn(pages, error)) return pages[error as FailureName]
  return ENDED.test(error) ? 'function-ended' : 'unknown'
}

/** The address of a page. */
export const runbook = (page: string, base = RUNBOOKS): string => `${base}/${page}.md`
