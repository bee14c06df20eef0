const [MINUS, POINT, ZERO, NINE] = [45, 46, 48, 57]

/** Writes a whole number of 16, 32 or 64 bits; no digit is lost on the way. */
export function encodeInteger(bits: 16 | 32 | 64): (value: unknown) => string {
  const limit = 2n ** BigInt(bits - 1)
  const [least, most] = [-limit, limit - 1n]
  const [lowest, highest] = [Number(least), Number(most)]
  const name = { 16: 'smallint', 32: 'integer', 64: 'bigint' }[bits]
  // Text this short fits whatever its digits are.
  const fits = { 16: 4, 32: 9, 64: 18 }[bits]
  return (value) => {
    if (typeof value === 'number') {
      if (!Number.isInteger(value)) throw new Error(`is no ${name}`)
      if (!Number.isSafeInteger(value)) {
        throw new Error('is beyond 2^53, where a number loses digits: give a bigint')
      }
      if (value < lowest || value > highest) throw new Error(`is out of range for ${name}`)
      return String(value)
    }
    if (typeof value === 'string') {
      if (!isWhole(value)) throw new Error(`is no ${name}`)
      if (value.length <= fits) return value
    } else if (typeof value !== 'bigint') {
      throw new Error(`is no ${name}`)
    }
    const whole = BigInt(value)
    if (whole < least || whole > most) throw new Error(`is out of range for ${name}`)
    return whole.toString()
  }
}

function isWhole(text: string): boolean {
  const start = startOfDigits(text)
  return start < text.length && endOfDigits(text, start) === text.length
}

const startOfDigits = (text: string): 0 | 1 => (text.charCodeAt(0) === MINUS ? 1 : 0)

function endOfDigits(text: string, start: number): number {
  let end = start
  while (end < text.length && isDigit(text.charCodeAt(end))) end++
  return end
}

const isDigit = (unit: number): boolean => unit >= ZERO && unit <= NINE

/** Writes a decimal; text must fit exactly, a number is rounded to the scale. */
export function encodeDecimal(precision: number, scale: number): (value: unknown) => string {
  const name = `decimal(${precision},${scale})`
  return (value) => {
    const text = decimalText(value, scale)
    if (isPlain(text, precision - scale, scale)) return text
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

/** Whether text has so many digits at most before the point, and behind it: nearly all has. */
function isPlain(text: string, before: number, behind: number): boolean {
  const start = startOfDigits(text)
  const point = endOfDigits(text, start)
  if (point === start || point > start + before) return false
  if (point === text.length) return true
  const end = endOfDigits(text, point + 1)
  return text.charCodeAt(point) === POINT && end === text.length && end - point - 1 <= behind
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

/** Writes a binary floating-point number in the shortest text that reads back the same. */
export function encodeFloat(bits: 32 | 64): (value: unknown) => string {
  const name = bits === 32 ? 'real' : 'double precision'
  const rounded = bits === 32 ? Math.fround : (number: number) => number
  return (value) => {
    const isText = typeof value === 'string' && FLOAT.test(value)
    if (!isText && !(typeof value === 'number' && Number.isFinite(value))) {
      throw new Error('is not a finite number')
    }
    const own = rounded(Number(value))
    // What is too near to zero would become zero.
    const vanishes = own === 0 && /^[^e]*[1-9]/i.test(`${value}`)
    if (vanishes || !Number.isFinite(own)) throw new Error(`is out of range for ${name}`)
    return `${value}`
  }
}

const FLOAT = /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/** Writes `t` or `f`; 0 and 1 are taken too, since MySQL has no other booleans. */
export function encodeBoolean(value: unknown): string {
  if (value === true || value === 1 || value === '1') return 't'
  if (value === false || value === 0 || value === '0') return 'f'
  throw new Error('is not a boolean')
}
