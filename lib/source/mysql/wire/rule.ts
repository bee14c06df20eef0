import type { NamedColumn } from '../../../table/definition.ts'
import { BINARY, type Field } from '../cells.ts'

/** How values of a column are written; the numbers are those of assembly/transcode.ts. */
const kinds = {
  odd: 0,
  plain: 1,
  text: 2,
  ascii: 3,
  date: 4,
  timestamp: 5,
  timestamptz: 6,
  boolean: 7,
  hex: 8,
  time: 9,
} as const

/** What can be written as it is: a value that is longer than `most` bytes is odd, and looked at. */
export interface Rule {
  readonly kind: number
  readonly most: number
}

/** Type numbers of the MySQL protocol (include/field_types.h). */
const INTEGERS = new Set([1, 2, 3, 8, 9, 13])
const DECIMALS = new Set([0, 246])
const FLOATS = new Set([4, 5])
const DATETIMES = new Set([7, 12])
const [TINY, DATE, TIME, BIT, DOCUMENT] = [1, 10, 11, 16, 245]
const BLOBS = new Set([249, 250, 251, 252, 253, 254, 255])

/** Whole numbers with so few digits fit, whatever the digits are. */
const DIGITS: Readonly<Record<string, number>> = { smallint: 4, integer: 9, bigint: 18 }

const ODD: Rule = { kind: kinds.odd, most: 0 }
const ANY = 0xffff_ffff

/**
 * The rule for a column, from what it is declared as and what MySQL says of it. It may only let
 * through what the column's own encoder would write the same; everything else is odd.
 */
export function ruleOf({ column }: NamedColumn, field: Field): Rule {
  const { type } = column.facts
  const { columnType, decimals } = field
  const [length = 0, scale = 0] = sizesOf(type.ddl)
  const isText = isTextual(field)
  switch (type.name) {
    case 'smallint':
    case 'integer':
    case 'bigint':
      return INTEGERS.has(columnType) ? plain(DIGITS[type.name] ?? 0) : ODD
    case 'decimal':
      if (INTEGERS.has(columnType)) return plain(length - scale)
      // MySQL writes all decimals that a column has, so the length tells how many digits are whole.
      return DECIMALS.has(columnType) && decimals <= scale
        ? plain(length - scale + (decimals > 0 ? decimals + 1 : 0))
        : ODD
    case 'real':
    case 'double':
      return [INTEGERS, DECIMALS, FLOATS].some((kind) => kind.has(columnType)) ? plain(ANY) : ODD
    case 'boolean':
      return columnType === TINY ? { kind: kinds.boolean, most: 1 } : ODD
    case 'date':
      return columnType === DATE ? { kind: kinds.date, most: 10 } : ODD
    case 'timestamp':
    case 'timestamptz':
      return DATETIMES.has(columnType) ? { kind: kinds[type.name], most: 26 } : ODD
    case 'time':
      return columnType === TIME ? { kind: kinds.time, most: 15 } : ODD
    case 'char':
      return isText ? { kind: kinds.ascii, most: length } : ODD
    case 'varchar':
      return isText ? { kind: kinds.text, most: length } : ODD
    case 'super':
      // MariaDB's JSON is text, which may be anything.
      return columnType === DOCUMENT ? { kind: kinds.text, most: ANY } : ODD
    case 'varbyte':
      return isText || BLOBS.has(columnType) ? { kind: kinds.hex, most: length } : ODD
  }
}

const plain = (most: number): Rule => ({ kind: kinds.plain, most })

/** Whether MySQL sends a value as the text that it is, whatever its type. */
const isTextual = ({ columnType, characterSet }: Field): boolean =>
  columnType !== BIT &&
  columnType !== DATE &&
  !DATETIMES.has(columnType) &&
  !(BLOBS.has(columnType) && characterSet === BINARY)

/** `[10, 2]` of `decimal(10,2)` */
const sizesOf = (ddl: string): number[] => (ddl.match(/\d+/g) ?? []).map(Number)
