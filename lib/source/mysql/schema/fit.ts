import type { Type, TypeName } from '../../../table/type.ts'
import type { MysqlColumn } from './describe.ts'
import { bytesOf } from './mapped.ts'

/**
 * How a declared type holds what a column of MySQL may hold:
 * - `whole`: all of it;
 * - `odd`: all of it, as what it is not: numbers as text;
 * - `part`: most values, while another may come that fails;
 * - `none`: nothing of it; or it would mean something else, as a clock in UTC and one on a wall.
 */
export type Fit = 'whole' | 'odd' | 'part' | 'none'

/** What a column of MySQL holds, as far as declared types tell it apart. */
type Held =
  | { readonly kind: 'integer'; readonly most: bigint; readonly flag: boolean }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'float'; readonly bits: 24 | 53 }
  | { readonly kind: 'date' | 'datetime' | 'timestamp' | 'time' | 'json' }
  | { readonly kind: 'text' | 'bytes'; readonly bytes: number; readonly ascii: boolean }

const BITS: Readonly<Record<string, bigint>> = {
  tinyint: 8n,
  smallint: 16n,
  mediumint: 24n,
  int: 32n,
  bigint: 64n,
}

/** Undefined for what is only known as the bytes that MySQL stores. */
function heldBy(column: MysqlColumn): Held | undefined {
  const { type, fullType, precision, scale, bytes } = column
  const flag = fullType.startsWith('tinyint(1)') || fullType === 'bit(1)'
  const bits = BITS[type]
  if (bits) {
    return { kind: 'integer', most: 2n ** (fullType.includes('unsigned') ? bits : bits - 1n), flag }
  }
  if (/char|text|enum|set/.test(type)) {
    if (column.json) return { kind: 'json' }
    return { kind: 'text', bytes: bytesOf(column), ascii: column.charset === 'ascii' }
  }
  if (/binary|blob/.test(type)) return { kind: 'bytes', bytes, ascii: false }
  switch (type) {
    case 'bit':
      return { kind: 'integer', most: 2n ** BigInt(precision), flag }
    case 'year':
      return { kind: 'integer', most: 10_000n, flag }
    case 'decimal':
      return { kind: 'decimal', precision, scale }
    case 'float':
    case 'double':
      return { kind: 'float', bits: type === 'float' ? 24 : 53 }
    case 'date':
    case 'datetime':
    case 'timestamp':
    case 'time':
    case 'json':
      return { kind: type }
  }
  return undefined
}

/** How a declared type holds what a column may hold. */
export function fitOf(type: Type, column: MysqlColumn): Fit {
  const held = heldBy(column)
  const [length = 0, scale = 0] = (type.ddl.match(/\d+/g) ?? []).map(Number)
  return held ? fits[type.name](held, length, scale) : 'whole'
}

type Fitting = (held: Held, length: number, scale: number) => Fit

const only =
  (...kinds: readonly Held['kind'][]): Fitting =>
  ({ kind }) =>
    kinds.includes(kind) ? 'whole' : 'none'

const integer =
  (bits: bigint): Fitting =>
  (held) => {
    if (held.kind === 'integer') return held.most <= 2n ** (bits - 1n) ? 'whole' : 'part'
    if (held.kind === 'float') return 'part'
    if (held.kind !== 'decimal' || held.scale > 0) return 'none'
    return 10n ** BigInt(held.precision) <= 2n ** (bits - 1n) ? 'whole' : 'part'
  }

const decimal: Fitting = (held, precision, scale) => {
  const before = precision - scale
  if (held.kind === 'integer') return held.most <= 10n ** BigInt(before) ? 'whole' : 'part'
  if (held.kind === 'float') return 'part'
  if (held.kind !== 'decimal') return 'none'
  return held.scale <= scale && held.precision - held.scale <= before ? 'whole' : 'part'
}

const float =
  (bits: 24 | 53): Fitting =>
  (held) => {
    if (held.kind === 'float') return held.bits <= bits ? 'whole' : 'part'
    if (held.kind === 'integer') return held.most <= 2n ** BigInt(bits) ? 'odd' : 'part'
    return held.kind === 'decimal' ? 'part' : 'none'
  }

const VARCHAR = 65_535
const VARBYTE = 16_777_216

/** Redshift has no longer text, so that it is the best there is for any. */
const text: Fitting = (held, length) => {
  if (held.kind === 'text') return held.bytes <= length || length === VARCHAR ? 'whole' : 'part'
  if (held.kind === 'bytes') return 'none'
  if (lengthOf(held) > length && length < VARCHAR) return 'part'
  // What `usher mirror` makes text of: no type of Redshift holds more of it.
  const best = held.kind === 'time' || (held.kind === 'decimal' && held.precision > 38)
  return best ? 'whole' : 'odd'
}

/** The most characters that a value which is no text is written with. */
function lengthOf(held: Held): number {
  switch (held.kind) {
    case 'integer':
      return `-${held.most}`.length
    case 'decimal':
      return held.precision + 2
    case 'float':
      return 24
    case 'date':
      return 10
    case 'time':
      return 17
    case 'datetime':
    case 'timestamp':
      return 26
    default:
      return Number.POSITIVE_INFINITY
  }
}

const bytes: Fitting = (held, length) => {
  if (held.kind !== 'bytes' && held.kind !== 'text') return 'none'
  if (held.bytes > length && length < VARBYTE) return 'part'
  return held.kind === 'bytes' ? 'whole' : 'odd'
}

const json: Fitting = ({ kind }) => {
  if (kind === 'json') return 'whole'
  if (kind === 'text') return 'part'
  return ['integer', 'decimal', 'float'].includes(kind) ? 'odd' : 'none'
}

const fits: Readonly<Record<TypeName, Fitting>> = {
  smallint: integer(16n),
  integer: integer(32n),
  bigint: integer(64n),
  decimal,
  real: float(24),
  double: float(53),
  boolean: (held) => (held.kind !== 'integer' ? 'none' : held.flag ? 'whole' : 'part'),
  date: only('date'),
  time: only('time'),
  timestamp: (held) => (held.kind === 'date' ? 'odd' : only('datetime')(held, 0, 0)),
  timestamptz: only('timestamp'),
  char: (held, length) =>
    held.kind === 'text' && !(held.ascii && held.bytes <= length) ? 'part' : text(held, length, 0),
  varchar: text,
  super: json,
  varbyte: bytes,
}
