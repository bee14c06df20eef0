import { Failure, messageOf, transient } from '../error.ts'
import type { AnyRow, Definition, NamedColumn } from '../table/definition.ts'
import { stringifyJson } from '../table/json.ts'
import type { Cells, CsvLines } from '../table/origin.ts'
import { cutText, soundJson, soundText } from '../table/text.ts'
import type { Type } from '../table/type.ts'
import {
  endLine,
  type Page,
  pages,
  writeBare,
  writeQuoted,
  writeShort,
  writeWhole,
} from './page.ts'

/** COPY takes no longer line, in bytes. */
const LARGEST_ROW = 4 * 1024 * 1024

/** Writes rows as lines of CSV, in the order of the table's columns. */
export interface CsvEncoder {
  /** Writes a row that is an object, keyed by column. */
  row(row: AnyRow, page: Page): void
  /** Writes a row that comes from a mirror: a cell for each column, in order. */
  cells(cells: Cells, page: Page): void
  /** Writes one cell of such a row. Throws an Error that says nothing of where it is. */
  cell(column: number, cell: Cells[number], page: Page): void
  /** The columns that were NULL in every row so far, of so many rows at least. */
  empty(rows: number): NamedColumn[]
}

/**
 * Encodes rows as RFC 4180 has it, and as COPY takes it: text always in quotes, so that an empty
 * string is never NULL; NULL as the bare word `marker`, which no value may equal.
 * Throws a BadValue that names the table, the column, the value and the row; a part of the row may
 * then be on the page.
 */
export function csvEncoder(
  table: Definition,
  marker: string,
  note: (what: string) => void,
): CsvEncoder {
  const ofRows = table.columns.map((named) => csvColumn(named, ({ encode }) => encode, note))
  const ofCells = table.columns.map((named) => csvColumn(named, encodeCell, note))
  let rows = 0

  function write(page: Page, column: CsvColumn, value: unknown): void {
    if (value === null || value === undefined) writeAbsent(page, column, value)
    else if (column.quoted) writeText(page, column, column.encode(value))
    else if (isSmall(value, column.small)) writeWhole(page, value)
    else {
      const text = column.encode(value)
      if (column.rounds && typeof value === 'number' && Number(text) !== value) {
        note(`${column.name}: numbers rounded to its decimals`)
      }
      writeBare(page, text)
    }
  }

  function writeText(page: Page, { name, isJson }: CsvColumn, text: string): void {
    const noteOf = (what: string) => note(`${name}: ${what}`)
    const json = isJson && text.includes('\\u') ? soundJson(text, noteOf) : text
    if (json !== marker && writeShort(page, json)) return
    const sound = soundText(json, noteOf)
    if (sound === marker) {
      const problem = `the NULL marker ${marker} occurs in the data`
      throw transient(`${table.id}.${name}: ${problem}: once it is read anew, it is another`)
    }
    writeQuoted(page, sound)
  }

  function writeAbsent(page: Page, column: CsvColumn, value: null | undefined): void {
    const { standIn, quoted, nullable } = column
    if (value === undefined && standIn !== undefined) {
      if (quoted) writeText(page, column, standIn)
      else writeBare(page, standIn)
    } else if (nullable) {
      writeBare(page, marker)
      column.nulls++
    } else throw new Error('is NULL, and the column is not .nullable()')
  }

  return {
    row(row, page) {
      const start = page.end
      let i = 0
      try {
        // Most rows have the columns in order: none of those need be looked up by its name.
        for (const name in row) {
          const column = ofRows[i]
          if (name !== column?.name) break
          write(page, column, row[name])
          i++
        }
        for (; i < ofRows.length; i++) {
          const column = ofRows[i] as CsvColumn
          write(page, column, row[column.name])
        }
      } catch (error) {
        const cells = ofRows.map(({ name }) => row[name])
        throw badValue(table, i, cells, error)
      }
      endLine(page)
      rows++
      if (page.end - start > LARGEST_ROW) {
        const cells = ofRows.map(({ name }) => row[name])
        throw tooLarge(table, page.end - start, cells)
      }
    },
    cells(cells, page) {
      const start = page.end
      let i = 0
      try {
        for (; i < ofCells.length; i++) write(page, ofCells[i] as CsvColumn, cells[i])
      } catch (error) {
        throw badValue(table, i, cells, error)
      }
      endLine(page)
      if (page.end - start > LARGEST_ROW) throw tooLarge(table, page.end - start, cells)
    },
    cell: (column, cell, page) => write(page, ofCells[column] as CsvColumn, cell),
    empty: (least) =>
      rows < least ? [] : table.columns.filter((_, i) => ofRows[i]?.nulls === rows),
  }
}

/** The same as text, for a source that writes most lines itself. */
export function csvLines(
  table: Definition,
  marker: string,
  note: (what: string) => void,
): CsvLines {
  const csv = csvEncoder(table, marker, note)
  const empty = pages().next()
  return {
    marker,
    cells(cells) {
      const page = { ...empty }
      csv.cells(cells, page)
      return page.bytes.toString('utf8', 0, page.end)
    },
    cell(column, cell) {
      const page = { ...empty }
      csv.cell(column, cell, page)
      return page.bytes.toString('utf8', 0, page.end - ','.length)
    },
  }
}

type Encode = (value: unknown) => string

/** What must be known of a column to write its cells. */
interface CsvColumn {
  readonly name: string
  readonly encode: Encode
  readonly quoted: boolean
  /** Whether it is a decimal, to which numbers are rounded. */
  readonly rounds: boolean
  /** Whether its text is JSON, in which a character may be an escape. */
  readonly isJson: boolean
  readonly nullable: boolean
  /** The text of the default. */
  readonly standIn: string | undefined
  /** Whole numbers up to this, of either sign, are written without more ado. */
  readonly small: number
  /** How many rows had NULL in it. */
  nulls: number
}

function csvColumn(
  { name, column: { facts } }: NamedColumn,
  encodeOf: (type: Type) => Encode,
  note: (what: string) => void,
): CsvColumn {
  const { type, nullable = false, fallback, truncated } = facts
  const encode = encodeOf(type)
  return {
    name,
    encode: truncated ? cutting(name, type, encode, note) : encode,
    quoted: type.quoted,
    rounds: type.name === 'decimal',
    isJson: type.name === 'super',
    nullable,
    standIn: fallback === undefined ? undefined : type.encode(fallback),
    nulls: 0,
    small: type.bits ? 2 ** (Math.min(type.bits, 32) - 1) - 1 : -1,
  }
}

/** Cuts what is too long, and counts how often. */
function cutting(
  name: string,
  { bytes = 0, ddl }: Type,
  encode: Encode,
  note: (what: string) => void,
): Encode {
  return (value) => {
    if (typeof value !== 'string') return encode(value)
    const text = cutText(value, bytes)
    if (text.length < value.length) note(`${name}: values cut to ${ddl}`)
    return encode(text)
  }
}

/** How a cell of a mirror is encoded: text of it is not always what a row would hold. */
const encodeCell = ({ encode, encodeText }: Type): Encode =>
  encode === encodeText
    ? encode
    : (value) => (typeof value === 'string' ? encodeText(value) : encode(value))

const isSmall = (value: unknown, most: number): value is number =>
  typeof value === 'number' && (value | 0) === value && Math.abs(value) <= most

/** `orders.price: '12.345' has 3 decimals, decimal(10,2) holds 2; in the row with id 17` */
function badValue(
  table: Definition,
  index: number,
  cells: readonly unknown[],
  error: unknown,
): Failure {
  if (error instanceof Failure) return error
  const value = cells[index] === null || cells[index] === undefined ? '' : `${show(cells[index])} `
  const column = `${table.id}.${table.columns[index]?.name}`
  const where = rowWith(table, cells, index)
  return new Failure('BadValue', `${column}: ${value}${messageOf(error)}${where}`)
}

function tooLarge(table: Definition, bytes: number, cells: readonly unknown[]): Failure {
  const problem = `the row makes ${bytes} bytes of CSV, COPY takes ${LARGEST_ROW}`
  return new Failure('BadValue', `${table.id}: ${problem}${rowWith(table, cells)}`)
}

/** `; in the row with id 17` */
function rowWith(table: Definition, cells: readonly unknown[], index?: number): string {
  const keys = table.columns.flatMap(({ name, column }, i) =>
    column.facts.key && i !== index ? [`${name} ${show(cells[i])}`] : [],
  )
  return keys.length > 0 ? `; in the row with ${keys.join(', ')}` : ''
}

/** A value as an error message shows it: in quotes and not longer than a line. */
export function show(value: unknown): string {
  const text =
    value instanceof Uint8Array
      ? `0x${Buffer.from(value.subarray(0, 60)).toString('hex')}`
      : typeof value === 'object'
        ? shownObject(value)
        : String(value)
  return `'${text.length > 60 ? `${text.slice(0, 60)}…` : text}'`
}

/** What is nested too deep has no JSON. */
function shownObject(value: object | null): string {
  try {
    return stringifyJson(value)
  } catch {
    return Array.isArray(value) ? '[…]' : '{…}'
  }
}
