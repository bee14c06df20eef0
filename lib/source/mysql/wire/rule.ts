import type { NamedColumn } from '../../../table/definition.ts'
import type { Type } from '../../../table/type.ts'
import type { Field } from '../cells.ts'
import {
  BINARY,
  BIT,
  DATE,
  DECIMALS,
  FLOAT,
  FLOATS,
  INTEGERS,
  JSON_TEXT,
  STRINGS,
  TIME,
  TIMES,
  TINY,
} from '../types.ts'

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
  document: 10,
} as const

/** What can be written as it is: a value that is longer than `most` bytes is odd, and looked at. */
export interface Rule {
  readonly kind: number
  readonly most: number
  /** Whether NULL is written; else it is odd too. */
  readonly nullable: boolean
}

/** Whole numbers with so few digits fit, whatever the digits are. */
const DIGITS: Readonly<Record<string, number>> = { smallint: 4, integer: 9, bigint: 18 }

type Copied = Omit<Rule, 'nullable'>

const ODD: Copied = { kind: kinds.odd, most: 0 }
const ANY = 0xffff_ffff
/** JSON that is no longer has no string in it that SUPER does not hold. */
const SUPER_STRING = 65_535

/**
 * The rule for a column, from what it is declared as and what MySQL says of it. It may only let
 * through what the column's own encoder would write the same; everything else is odd.
 */
export function ruleOf({ column }: NamedColumn, field: Field): Rule {
  const { type, nullable = false } = column.facts
  return { ...copiedOf(type, field), nullable }
}

function copiedOf(type: Type, field: Field): Copied {
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
      return columnType === FLOAT || INTEGERS.has(columnType) ? plain(ANY) : ODD
    case 'double':
      return [INTEGERS, DECIMALS, FLOATS].some((kind) => kind.has(columnType)) ? plain(ANY) : ODD
    case 'boolean':
      return columnType === TINY ? { kind: kinds.boolean, most: 1 } : ODD
    case 'date':
      return columnType === DATE ? { kind: kinds.date, most: 10 } : ODD
    case 'timestamp':
    case 'timestamptz':
      return TIMES.has(columnType) ? { kind: kinds[type.name], most: 26 } : ODD
    case 'time':
      return columnType === TIME ? { kind: kinds.time, most: 15 } : ODD
    case 'char':
      return isText ? { kind: kinds.ascii, most: length } : ODD
    case 'varchar':
      return isText ? { kind: kinds.text, most: length } : ODD
    case 'super':
      // MariaDB's JSON is text, which may be anything.
      return columnType === JSON_TEXT ? { kind: kinds.document, most: SUPER_STRING } : ODD
    case 'varbyte':
      return isText || STRINGS.has(columnType) ? { kind: kinds.hex, most: length } : ODD
  }
}

const plain = (most: number): Copied => ({ kind: kinds.plain, most })

/** Whether MySQL sends a value as the text that it is, whatever its type. */
const isTextual = ({ columnType, characterSet }: Field): boolean =>
  columnType !== BIT &&
  columnType !== DATE &&
  !TIMES.has(columnType) &&
  !(STRINGS.has(columnType) && characterSet === BINARY)

/** `[10, 2]` of `decimal(10,2)` */
const sizesOf = (ddl: string): number[] => (ddl.match(/\d+/g) ?? []).map(Number)
