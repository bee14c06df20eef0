import type { SqlType, TypeName } from '../sql/type.ts'
import { nativeType, typeText } from '../sql/type.ts'
import type { Reason } from './failure.ts'
import type { CopyOptions } from './options.ts'

/** How text becomes a value of a type: in DuckDB's SQL, and in words when it does not. */
interface Conversion {
  /** Whether the text `v` can't be loaded. */
  readonly bad: (v: string, type: SqlType, options: CopyOptions) => string
  readonly convert: (v: string, type: SqlType) => string
  readonly explain: (value: string, type: SqlType) => Reason
}

const matches = (v: string, pattern: string): string => `regexp_matches(${v}, '^(?:${pattern})$')`
const cast = (v: string, type: SqlType): string => `cast(${v} as ${nativeType(type)})`
const fails = (v: string, type: SqlType): string => `try_cast(${v} as ${nativeType(type)}) is null`

const digit = (value: string, name: string, pattern: RegExp): Reason => {
  const at = Math.min(pattern.exec(value)?.[0].length ?? 0, Math.max(value.length - 1, 0))
  const message = `Invalid digit, Value '${value[at] ?? ''}', Pos ${at}, Type: ${name}`
  return { code: 1207, message }
}

const integer = (name: string, range: string): Conversion => ({
  bad: (v, type) => `not ${matches(v, '[+-]?[0-9]+')} or ${fails(v, type)}`,
  convert: cast,
  explain: (value) =>
    /^[+-]?\d+$/.test(value)
      ? { code: 1222, message: `Overflow, Value '${value}', Type: ${name} (valid range ${range})` }
      : digit(value, name, /^[+-]?\d*/),
})

/** COPY cuts the digits that a decimal has too many behind its point; INSERT would round them. */
const cut = (v: string, { scale = 0 }: SqlType): string =>
  `case when contains(${v}, '.') and length(${v}) - strpos(${v}, '.') >= ${scale}
    then left(${v}, strpos(${v}, '.') - ${scale === 0 ? 1 : -scale}) else ${v} end`

const decimal: Conversion = {
  bad: (v, type) =>
    `not ${matches(v, '[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)')}
      or ${decimalOf(decimalText(v, type), type, 'try_cast')} is null`,
  convert: (v, type) => decimalOf(decimalText(v, type), type, 'cast'),
  explain: (value, { precision, scale }) =>
    /^[+-]?(\d+\.?\d*|\.\d+)$/.test(value)
      ? {
          code: 1204,
          message: `Numeric data overflow: '${value}' in numeric(${precision},${scale})`,
        }
      : digit(value, 'Decimal', /^[+-]?\d*\.?\d*/),
}

/** DuckDB takes a hundred times as long to read a decimal of over 18 digits as a whole number. */
function decimalOf(v: string, type: SqlType, how: 'cast' | 'try_cast'): string {
  const { precision = 18, scale } = type
  const whole = precision > 18 && scale === 0 ? `${how}(${v} as hugeint)` : v
  return `${how}(${whole} as ${nativeType(type)})`
}

const decimalText = (v: string, type: SqlType): string =>
  `case when left(${v}, 1) = '.' then '0' || ${cut(v, type)} else ${cut(v, type)} end`

const FLOAT = '[+-]?([0-9]+\\.?[0-9]*|\\.[0-9]+)([eE][+-]?[0-9]+)?'

const float: Conversion = {
  bad: (v, type) =>
    `not ${matches(v, `${FLOAT}|(?i:[+-]?(nan|inf|infinity))`)} or ${fails(v, type)}
      or (isinf(try_cast(${v} as ${nativeType(type)})) and ${matches(v, FLOAT)})`,
  convert: cast,
  explain: (value) => ({ code: 1208, message: `Invalid or out of range float, Value '${value}'` }),
}

const text: Conversion = {
  bad: (v, { name, length }) =>
    name === 'character'
      ? `strlen(${v}) > ${length} or length(${v}) <> strlen(${v})`
      : `strlen(${v}) > ${length}`,
  convert: (v) => v,
  explain: (value, { name, length = 0 }) =>
    Buffer.byteLength(value) > length
      ? { code: 1204, message: 'String length exceeds DDL length' }
      : {
          code: 1220,
          message: `Multibyte character not supported for CHAR (Hint: try using VARCHAR), in ${name}`,
        },
}

const TIME = '([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\\.[0-9]{1,6})?)?'
const DATE = '[0-9]{4}-[0-9]{2}-[0-9]{2}'
const ZONE = '(Z|[+-](0[0-9]|1[0-5])(:?[0-5][0-9])?)'

const invalid = (code: number, kind: string, format: string) => (value: string) => ({
  code,
  message: `Invalid ${kind} format - length must be ${format}, Value '${value}'`,
})

const timestamp = (zone: string): Conversion => ({
  bad: (v, type, { autoTime }) => {
    const layout = autoTime ? `${DATE}([ T]${TIME}${zone})?` : `${DATE} ${TIME}${zone}`
    return `not ${matches(v, layout)} or ${fails(zone ? zoned(v) : v, type)}`
  },
  convert: (v, type) => cast(zone ? zoned(v) : v, type),
  explain: (value) => ({
    code: 1206,
    message: `Invalid timestamp format or value [YYYY-MM-DD HH24:MI:SS], Value '${value}'`,
  }),
})

/** DuckDB reads a zone as `+05:30`, and not as `+0530`. */
const zoned = (v: string): string =>
  `case when left(right(${v}, 5), 1) in ('+', '-')
    then left(${v}, -2) || ':' || right(${v}, 2) else ${v} end`

export const CONVERSIONS: Readonly<Record<TypeName, Conversion>> = {
  smallint: integer('Short', '-32768 to 32767'),
  integer: integer('Integer', '-2147483648 to 2147483647'),
  bigint: integer('Long', '-9223372036854775808 to 9223372036854775807'),
  numeric: decimal,
  real: float,
  'double precision': float,
  boolean: {
    bad: (v) => `lower(${v}) not in ('true','t','1','yes','y','on','false','f','0','no','n','off')`,
    convert: (v) => `lower(${v}) in ('true','t','1','yes','y','on')`,
    explain: (value) => ({ code: 1210, message: `Unknown boolean format, Value '${value}'` }),
  },
  character: text,
  'character varying': text,
  date: {
    bad: (v, type) => `not ${matches(v, DATE)} or ${fails(v, type)}`,
    convert: cast,
    explain: (value) => ({
      code: 1205,
      message: `Invalid Date Format - a day as YYYY-MM-DD, Value '${value}'`,
    }),
  },
  'time without time zone': {
    bad: (v) => `not ${matches(v, TIME)}`,
    convert: (v, type) => cast(`case when length(${v}) = 5 then ${v} || ':00' else ${v} end`, type),
    explain: invalid(1206, 'time', 'HH:MI:SS'),
  },
  'timestamp without time zone': timestamp(''),
  'timestamp with time zone': timestamp(` ?${ZONE}?`),
  super: {
    bad: fails,
    convert: cast,
    explain: () => ({ code: 1224, message: 'Invalid JSON format for SUPER' }),
  },
  'binary varying': {
    bad: (v, { length }) =>
      `not ${matches(v, '([0-9a-fA-F]{2})*')} or length(${v}) > 2 * ${length}`,
    convert: (v) => `unhex(${v})`,
    explain: (value, type) =>
      /^([0-9a-f]{2})*$/i.test(value)
        ? { code: 1204, message: `Value too long for ${typeText(type)}` }
        : { code: 1207, message: 'Invalid hexadecimal digit, Type: Varbyte' },
  },
}
