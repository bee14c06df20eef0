const DATE = /^(\d{4})-(\d{2})-(\d{2})$/
const TIME = /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?$/
const ZONE = /(?:Z|([+-])(\d{2})(?::?(\d{2}))?)$/

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

/** Whether text is a day of the Gregorian calendar, written `2026-11-23`. */
export function isDate(text: string): boolean {
  const match = DATE.exec(text)
  if (!match) return false
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])]
  const days = DAYS[month - 1]
  if (year === 0 || days === undefined || day < 1 || day > days) return false
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  return month !== 2 || day < 29 || leap
}

/** The date so many days before a date. */
export function daysBefore(date: string, days: number): string {
  return new Date(Date.parse(date) - days * 86_400_000).toISOString().slice(0, 10)
}

export function encodeDate(value: unknown): string {
  if (typeof value === 'string' && isDate(value)) return value
  throw new Error('is not a date; write it as 2026-11-23')
}

export function encodeTime(value: unknown): string {
  if (typeof value === 'string' && TIME.test(value)) return value
  throw new Error('is not a time of day; write it as 23:59:59')
}

/** Writes a wall clock: text with a zone is refused, since a TIMESTAMP would forget the zone. */
export function encodeTimestamp(value: unknown): string {
  if (typeof value === 'string') {
    const text = wallClock(value)
    if (text) return text
    if (ZONE.test(value) && wallClock(value.replace(ZONE, '').trimEnd())) {
      throw new Error('has a time zone; declare the column timestamptz()')
    }
  }
  throw new Error('is not a timestamp; write it as 2026-11-23 23:59:59')
}

/** Writes an instant in UTC. Text without a zone is UTC already. */
export function encodeTimestamptz(value: unknown): string {
  if (value instanceof Date && !Number.isNaN(value.getTime())) {
    return value.toISOString().replace('T', ' ').replace('Z', '+00')
  }
  if (typeof value === 'string') {
    const zone = ZONE.exec(value.slice(10))
    const text = wallClock(zone ? value.slice(0, 10 + zone.index).trimEnd() : value)
    if (text) return text + (zone?.[1] ? zone[1] + zone[2] + (zone[3] ? `:${zone[3]}` : '') : '+00')
  }
  throw new Error('is not an instant; write it as 2026-11-23 23:59:59+00')
}

/** `2026-11-23 10:00:00` of `2026-11-23T10:00:00`, or undefined where there is no such moment. */
function wallClock(text: string): string | undefined {
  const date = text.slice(0, 10)
  if (!isDate(date)) return undefined
  if (text.length === 10) return `${date} 00:00:00`
  const separator = text[10]
  const time = text.slice(11)
  return (separator === ' ' || separator === 'T') && TIME.test(time) ? `${date} ${time}` : undefined
}
