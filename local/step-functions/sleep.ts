import { setTimeout as timer } from 'node:timers/promises'

/** Waits so many milliseconds; ends at once, with an error, when the signal is aborted. */
export const sleep = (milliseconds: number, signal: AbortSignal): Promise<void> =>
  timer(milliseconds, undefined, { signal })
