import type { Random } from './random.ts'

/** Milliseconds of these lengths. */
export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR

/** The moment after the last at which anything has happened. */
export const END = Date.UTC(2026, 10, 25)

/** `2026-11-24 18:30:00`, with so many digits of the second's fraction. */
export function datetime(time: number, digits: 0 | 3 | 6 = 0, micros = 0): string {
  const text = new Date(time).toISOString().replace('T', ' ')
  if (digits === 0) return text.slice(0, 19)
  return digits === 3 ? text.slice(0, 23) : `${text.slice(0, 23)}${`${micros}`.padStart(3, '0')}`
}

/** `2026-11-24`. */
export const date = (time: number): string => new Date(time).toISOString().slice(0, 10)

/** `00:42:10`, of seconds. */
export const duration = (seconds: number): string => datetime(seconds * SECOND).slice(11)

/**
 * The time of row `at` of `count`, in order, more and more of them as the years go by. Of all roots
 * only the square root is the same number on every machine.
 */
export function spread(first: number, last: number, at: number, count: number, r: Random): number {
  const place = (at + r.below(1000) / 1000) / count
  return first + Math.floor((last - first) * Math.sqrt(place))
}
