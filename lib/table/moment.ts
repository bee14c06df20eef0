const ZONE = /(?:Z|([+-])(0\d|1[0-5])(?::?([0-5]\d))?)$/

const MONTHS_OF_30 = [4, 6, 9, 11]

const [DASH, POINT, COLON, ZERO, NINE] = [45, 46, 58, 48, 57]

/** Whether text is a day of the Gregorian calendar, written `2026-11-23`. */
export const isDate = (text: string): boolean => text.length === 10 && startsWithDate(text)

function startsWithDate(text: string): boolean {
  if (text.charCodeAt(4) !== DASH || text.charCodeAt(7) !== DASH) return false
  const century = pair(text, 0)
  const year = pair(text, 2)
  return century >= 0 && year >= 0 && isDay(100 * century + year, pair(text, 5), pair(text, 8))
}

function isDay(year: number, month: number, day: number): boolean {
  if (year === 0 || month < 1 || month > 12 || day < 1) return false
  if (day < 29) return true
  if (month === 2) return day === 29 && year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0)
  return day <= (MONTHS_OF_30.includes(month) ? 30 : 31)
}

/** Whether text goes on with a time of day: `23:59`, `23:59:59` or `23:59:59.123456`. */
function isTime(text: string, at: number): boolean {
  const hour = pair(text, at)
  const minute = pair(text, at + 3)
  if (text.charCodeAt(at + 2) !== COLON || hour < 0 || hour > 23) return false
  if (minute < 0 || minute > 59) return false
  if (text.length === at + 5) return true
  const second = pair(text, at + 6)
  if (text.charCodeAt(at + 5) !== COLON || second < 0 || second > 59) return false
  return text.length === at + 8 || isFraction(text, at + 8)
}

function isFraction(text: string, at: number): boolean {
  const digits = text.length - at - 1
  if (text.charCodeAt(at) !== POINT || digits < 1 || digits > 6) return false
  for (let i = at + 1; i < text.length; i++) {
    if (text.charCodeAt(i) < ZERO || text.charCodeAt(i) > NINE) return false
  }
  return true
}

/** The number that two digits make at a place of a text, or -1. */
function pair(text: string, at: number): number {
  const tens = text.charCodeAt(at) - ZERO
  const ones = text.charCodeAt(at + 1) - ZERO
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? 10 * tens + ones : -1
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
  if (typeof value === 'string' && isTime(value, 0)) return value
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
    const text = wallClock(value.toISOString().slice(0, -1))
    if (text) return `${text}+00`
  } else if (typeof value === 'string') {
    const zone = ZONE.exec(value.slice(10))
    const text = wallClock(zone ? value.slice(0, 10 + zone.index).trimEnd() : value)
    if (text) return text + (zone?.[1] ? zone[1] + zone[2] + (zone[3] ? `:${zone[3]}` : '') : '+00')
  }
  throw new Error('is not an instant; write it as 2026-11-23 23:59:59+00')
}

/** `2026-11-23 10:00:00` of `2026-11-23T10:00:00`, or undefined where there is no such moment. */
function wallClock(text: string): string | undefined {
  if (!startsWithDate(text)) return undefined
  if (text.length === 10) return `${text} 00:00:00`
  if (!isTime(text, 11)) return undefined
  // What COPY makes of a time without seconds and with a zone is not documented.
  const whole = text.length === 16 ? `${text}:00` : text
  if (text[10] === ' ') return whole
  return text[10] === 'T' ? `${whole.slice(0, 10)} ${whole.slice(11)}` : undefined
}
