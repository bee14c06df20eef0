import type { Type } from '../../lib/table/type.ts'

/**
 * The encoders of numbers and moments, written with regular expressions: those of `lib/table` look at
 * each character, and must write the same and refuse the same with the same words.
 */
export function plainType(type: Type): Type {
  const encode = plainEncoder(type)
  return encode ? { ...type, encode, encodeText: encode } : type
}

function plainEncoder({ name, ddl }: Type): ((value: unknown) => string) | undefined {
  switch (name) {
    case 'smallint':
      return encodeInteger(16)
    case 'integer':
      return encodeInteger(32)
    case 'bigint':
      return encodeInteger(64)
    case 'decimal': {
      const [precision = 0, scale = 0] = (ddl.match(/\d+/g) ?? []).map(Number)
      return encodeDecimal(precision, scale)
    }
    case 'date':
      return encodeDate
    case 'time':
      return encodeTime
    case 'timestamp':
      return encodeTimestamp
    case 'timestamptz':
      return encodeTimestamptz
    default:
      return undefined
  }
}

function encodeInteger(bits: 16 | 32 | 64): (value: unknown) => string {
  const limit = 2n ** BigInt(bits - 1)
  const name = { 16: 'smallint', 32: 'integer', 64: 'bigint' }[bits]
  // Text this short fits whatever its digits are.
  const fits = { 16: 4, 32: 9, 64: 18 }[bits]
  return (value) => {
    if (typeof value === 'string') {
      if (!/^-?\d+$/.test(value)) throw new Error(`is no ${name}`)
      if (value.length <= fits) return value
    } else if (typeof value === 'number') {
      if (!Number.isInteger(value)) throw new Error(`is no ${name}`)
      if (!Number.isSafeInteger(value)) {
        throw new Error('is beyond 2^53, where a number loses digits: give a bigint')
      }
    } else if (typeof value !== 'bigint') {
      throw new Error(`is no ${name}`)
    }
    const whole = BigInt(value)
    if (whole >= limit || whole < -limit) throw new Error(`is out of range for ${name}`)
    return whole.toString()
  }
}

function encodeDecimal(precision: number, scale: number): (value: unknown) => string {
  const name = `decimal(${precision},${scale})`
  return (value) => {
    const text = decimalText(value, scale)
    const match = /^(-?)0*(\d*)(?:\.(\d*?)0*)?$/.exec(text)
    if (!match || !/\d/.test(text)) throw new Error(`is no ${name}`)
    const [, , whole = '', fraction = ''] = match
    if (fraction.length > scale) {
      throw new Error(`has ${fraction.length} decimals, ${name} holds ${scale}`)
    }
    if (whole.length > precision - scale) throw new Error(`is out of range for ${name}`)
    return text.replace(/^(-?)\./, (_point, sign: string) => `${sign}0.`)
  }
}

function decimalText(value: unknown, scale: number): string {
  if (typeof value === 'string') return value
  if (typeof value === 'bigint') return value.toString()
  if (typeof value === 'number' && Number.isFinite(value)) {
    // From 1e21 on toFixed answers in exponents, and a number has no decimals left.
    return Math.abs(value) < 1e21 ? value.toFixed(scale) : BigInt(value).toString()
  }
  throw new Error('is not a number')
}

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/
const TIME = /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?$/
const ZONE = /(?:Z|([+-])(0\d|1[0-5])(?::?([0-5]\d))?)$/

const DAYS = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

function isDate(text: string): boolean {
  const match = DATE.exec(text)
  if (!match) return false
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])]
  const days = DAYS[month - 1]
  if (year === 0 || days === undefined || day < 1 || day > days) return false
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0
  return month !== 2 || day < 29 || leap
}

function encodeDate(value: unknown): string {
  if (typeof value === 'string' && isDate(value)) return value
  throw new Error('is not a date; write it as 2026-11-23')
}

function encodeTime(value: unknown): string {
  if (typeof value === 'string' && TIME.test(value)) return value
  throw new Error('is not a time of day; write it as 23:59:59')
}

/** Writes a wall clock: text with a zone is refused, since a TIMESTAMP would forget the zone. */
function encodeTimestamp(value: unknown): string {
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
function encodeTimestamptz(value: unknown): string {
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
  const date = text.slice(0, 10)
  if (!isDate(date)) return undefined
  if (text.length === 10) return `${date} 00:00:00`
  const separator = text[10]
  const time = text.length === 16 ? `${text.slice(11)}:00` : text.slice(11)
  return (separator === ' ' || separator === 'T') && TIME.test(time) ? `${date} ${time}` : undefined
}
