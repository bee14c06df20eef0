import { sentenceOf } from '../../local/record.ts'
import type { Standing } from './watch.ts'

/** `2026-11-24 03:30`, on the clocks of a time zone. */
export const clock = (instant: Date, timeZone: string): string =>
  new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short', timeStyle: 'short' }).format(
    instant,
  )

/** `0:42`, `12:03`, `1:12:03` */
export function took({
  started,
  stopped = new Date(),
}: Pick<Standing, 'started' | 'stopped'>): string {
  const seconds = Math.max(0, Math.round((stopped.getTime() - started.getTime()) / 1000))
  const two = (number: number) => String(number).padStart(2, '0')
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60]
  const rest = two(seconds % 60)
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`
}

const STATUS: Readonly<Record<string, string>> = {
  RUNNING: 'running',
  SUCCEEDED: 'succeeded',
  FAILED: 'failed',
  ABORTED: 'stopped',
  TIMED_OUT: 'took too long',
  PENDING_REDRIVE: 'to be redriven',
}

export const statusWord = (status = ''): string => STATUS[status] ?? status.toLowerCase()

/** Why an execution ended as it did. */
export const causeOf = ({ error, cause, status }: Pick<Standing, 'error' | 'cause' | 'status'>) =>
  sentenceOf(cause ?? '') || error || statusWord(status)
