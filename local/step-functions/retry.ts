import type { Catcher, Retrier } from './definition.ts'

/** What Retry and Catch cannot match but by its own name. */
const TERMINAL = ['States.DataLimitExceeded', 'States.Runtime']

/** The first that matches an error. */
export const matching = <T extends Retrier | Catcher>(
  list: readonly T[] | undefined,
  { name }: Error,
): T | undefined =>
  list?.find(({ ErrorEquals }) =>
    ErrorEquals.some((pattern) => {
      if (pattern === name) return true
      if (TERMINAL.includes(name)) return false
      return (
        pattern === 'States.ALL' || (pattern === 'States.TaskFailed' && name !== 'States.Timeout')
      )
    }),
  )

/** Milliseconds before a state is tried again, which it has been `times` before. */
export function pauseBefore(retrier: Retrier, times: number): number {
  const { IntervalSeconds = 1, BackoffRate = 2, MaxDelaySeconds = Infinity } = retrier
  const seconds = Math.min(IntervalSeconds * BackoffRate ** times, MaxDelaySeconds)
  return 1000 * seconds * (retrier.JitterStrategy === 'FULL' ? Math.random() : 1)
}
