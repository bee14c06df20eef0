/** Writes a whole number of 16, 32 or 64 bits; no digit is lost on the way. */
export function encodeInteger(bits: 16 | 32 | 64): (value: unknown) => string {
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

/** Writes a decimal; text must fit exactly, a number is rounded to the scale. */
export function encodeDecimal(precision: number, scale: number): (value: unknown) => string {
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
    return text
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

/** Writes a binary floating-point number in the shortest text that reads back the same. */
export function encodeFloat(value: unknown): string {
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  if (typeof value === 'string' && /^-?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(value)) return value
  throw new Error('is not a finite number')
}

/** Writes `t` or `f`; 0 and 1 are taken too, since MySQL has no other booleans. */
export function encodeBoolean(value: unknown): string {
  if (value === true || value === 1 || value === '1') return 't'
  if (value === false || value === 0 || value === '0') return 'f'
  throw new Error('is not a boolean')
}
