/** From an instant to another, in seconds. */
export interface Span {
  readonly start: number
  readonly end: number
}

/** Redshift Serverless charges for a minute whenever it wakes, however soon it sleeps again. */
const LEAST = 60

/**
 * The seconds that Redshift Serverless charges for, where it works in these spans and rests between
 * them. It works at one capacity, however many statements there are.
 */
export function busySeconds(spans: readonly Span[]): number {
  let total = 0
  let [start, end] = [0, Number.NEGATIVE_INFINITY]
  for (const span of spans.toSorted((a, b) => a.start - b.start)) {
    if (span.start > end) {
      if (end > start) total += end - start
      start = span.start
      end = start + LEAST
    }
    end = Math.max(end, span.end)
  }
  return end > start ? total + end - start : total
}
