import { Failure, transient } from '../error.ts'
import type { Definition, NamedColumn } from '../table/definition.ts'
import type { Cells } from '../table/origin.ts'

/** One row as a line of CSV, in the order of the table's columns. */
export interface CsvEncoder {
  /** The line of a row that is an object, keyed by column. */
  row(row: Readonly<Record<string, unknown>>): string
  /** The line of a row that comes from a mirror: a cell for each column, in order. */
  cells(cells: Cells): string
  /** The text of one cell of such a row. Throws an Error that says nothing of where it is. */
  cell(column: number, cell: Cells[number]): string
}

/**
 * Encodes rows as RFC 4180 has it, and as COPY takes it: text always in quotes, so that an empty
 * string is never NULL; NULL as the bare word `marker`, which no value may equal.
 * Throws a BadValue that names the table, the column, the value and the row.
 */
export function csvEncoder(
  table: Definition,
  marker: string,
  note: (what: string) => void,
): CsvEncoder {
  const columns = table.columns.map((named) => cellEncoder(named, marker, note))
  const line = (cells: readonly unknown[], fromText: boolean): string => {
    let line = ''
    for (let i = 0; i < columns.length; i++) {
      const encode = columns[i] as CellEncoder
      try {
        line += (i === 0 ? '' : ',') + encode(cells[i], fromText)
      } catch (error) {
        if (error instanceof Failure) throw error
        throw badValue(table, i, cells, error as Error)
      }
    }
    return `${line}\n`
  }
  return {
    row: (row) =>
      line(
        table.columns.map(({ name }) => row[name]),
        false,
      ),
    cells: (cells) => line(cells, true),
    cell: (column, cell) => (columns[column] as CellEncoder)(cell, true),
  }
}

type CellEncoder = (value: unknown, fromText: boolean) => string

function cellEncoder(
  { name, column: { facts } }: NamedColumn,
  marker: string,
  note: (what: string) => void,
): CellEncoder {
  const { type, nullable, fallback } = facts
  const absent = fallback === undefined ? undefined : quote(type.encode(fallback))
  function quote(text: string): string {
    if (!type.quoted) return text
    if (text === marker) throw transient(`${name}: the NULL marker ${marker} occurs in the data`)
    let clean = text
    if (text.includes('\0')) {
      clean = text.replaceAll('\0', '')
      note(`${name}: NUL characters removed`)
    }
    return `"${clean.includes('"') ? clean.replaceAll('"', '""') : clean}"`
  }
  return (value, fromText) => {
    if (value === undefined && absent !== undefined) return absent
    if (value === null || value === undefined) {
      if (nullable) return marker
      throw new Error('is NULL, and the column is not .nullable()')
    }
    const isText = fromText && typeof value === 'string'
    return quote(isText ? type.encodeText(value) : type.encode(value))
  }
}

/** `orders.price: '12.345' has 3 decimals, decimal(10,2) holds 2; in the row with id 17` */
function badValue(
  table: Definition,
  index: number,
  cells: readonly unknown[],
  error: Error,
): Failure {
  const keys = table.columns.flatMap(({ name, column }, i) =>
    column.facts.key && i !== index ? [`${name} ${show(cells[i])}`] : [],
  )
  const where = keys.length > 0 ? `; in the row with ${keys.join(', ')}` : ''
  const value = cells[index] === null || cells[index] === undefined ? '' : `${show(cells[index])} `
  const column = `${table.id}.${table.columns[index]?.name}`
  return new Failure('BadValue', `${column}: ${value}${error.message}${where}`)
}

/** A value as an error message shows it: in quotes and not longer than a line. */
export function show(value: unknown): string {
  const text =
    value instanceof Uint8Array
      ? `0x${Buffer.from(value).toString('hex')}`
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value)
  return `'${text.length > 60 ? `${text.slice(0, 60)}…` : text}'`
}
