import { createHash } from 'node:crypto'
import { dayBefore, type NightInput } from '../../lib/night/night.ts'

/** What a night is asked to do: two inputs of one meaning are one night. */
export interface Meaning {
  readonly date: string
  /** Sorted; none for all. */
  readonly tables: readonly string[]
  readonly force: boolean
  /** Sorted; none where it is left out. */
  readonly accept?: readonly string[]
}

/** What an execution's input means; undefined where it is no input of a night. */
export function meaningOf(input: string | undefined, timeZone: string): Meaning | undefined {
  try {
    const {
      date,
      scheduledTime,
      tables = [],
      force = false,
      accept = [],
    } = JSON.parse(input ?? '') as NightInput
    const day = date ?? (scheduledTime && dayBefore(scheduledTime, timeZone))
    return day === undefined || day === ''
      ? undefined
      : { date: day, tables: sorted(tables), force, accept: sorted(accept) }
  } catch {
    return undefined
  }
}

export const sorted = (tables: readonly string[]): string[] => [...new Set(tables)].sort()

/** The same text for the same meaning: Step Functions compares inputs letter by letter. */
export const inputOf = ({ date, tables, force, accept = [] }: Meaning): string =>
  JSON.stringify({
    date,
    ...(tables.length > 0 && { tables }),
    ...(force && { force }),
    ...(accept.length > 0 && { accept }),
  })

/**
 * The name of an attempt at a night: `2026-11-23`, and `2026-11-23-2` for the second; where it is not
 * the whole night of that date, `2026-11-23-a1b2c3`.
 */
export function nameOf(meaning: Meaning, attempt: number): string {
  const { date, tables, force, accept = [] } = meaning
  const whole = tables.length === 0 && !force && accept.length === 0
  const hash = createHash('sha256').update(inputOf(meaning)).digest('hex').slice(0, 6)
  // A hash of digits alone would look like the number of an attempt: six digits are never one.
  return `${date}${whole ? '' : `-${hash}`}${attempt === 1 ? '' : `-${attempt}`}`
}
