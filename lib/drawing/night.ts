/** A night, wherever it was run. */
export interface Night {
  /** What the run is called. */
  readonly run: string
  /** The run date, where it is known. */
  readonly date?: string
  /** What the night itself failed of. */
  readonly problem?: string
  readonly tables: readonly TableOutcome[]
}

/** What became of a table or task. */
export interface TableOutcome {
  readonly table: string
  readonly outcome: Outcome
  readonly rows?: number
  readonly bytes?: number
  readonly extractSeconds?: number
  readonly loadSeconds?: number
  readonly message?: string
}

export type Outcome = (typeof outcomes)[number]

/** In the order of a legend. */
export const outcomes = [
  'loaded',
  'done',
  'complete',
  'running',
  'stopped',
  'skipped',
  'failed',
] as const

/** How long a table took, in seconds; undefined where nothing was timed. */
export function secondsOf(outcome?: TableOutcome): number | undefined {
  const { extractSeconds, loadSeconds } = outcome ?? {}
  if (extractSeconds === undefined && loadSeconds === undefined) return undefined
  return (extractSeconds ?? 0) + (loadSeconds ?? 0)
}
