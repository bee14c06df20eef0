import { Failure, messageOf } from '../../error.ts'
import type { Cells, Reading } from '../../table/origin.ts'
import { decodeText } from './text.ts'
import { BINARY, BIT, DATE, STRINGS, TIMES } from './types.ts'

/** What MySQL says of a column of a result. */
export interface Field {
  readonly name: string
  readonly columnType: number
  readonly characterSet: number
  /** How many digits it writes behind the point. */
  readonly decimals: number
}

type CellReader = (bytes: Buffer) => string | Uint8Array | null

/** Turns the bytes of values into a mirror's cells: of one value, or of a whole row. */
export interface CellsReader {
  one(column: number, bytes: Buffer | null): Cells[number]
  all(row: readonly (Buffer | null)[]): Cells
}

export function cellReader(fields: readonly Field[], reading: Reading): CellsReader {
  const readers = fields.map((field, i) => readerOf(field, reading, i))
  const one = (column: number, bytes: Buffer | null) =>
    bytes === null ? null : (readers[column] as CellReader)(bytes)
  return { one, all: (row) => row.map((bytes, i) => one(i, bytes)) }
}

function readerOf(field: Field, reading: Reading, index: number): CellReader {
  const { columnType } = field
  if (columnType === BIT) return (bytes) => BigInt(`0x${bytes.toString('hex')}`).toString()
  if (columnType === DATE || TIMES.has(columnType)) {
    return withoutZeroDates(field, reading, index)
  }
  const isBinary = STRINGS.has(columnType) && field.characterSet === BINARY
  const { type } = reading.columns[index]?.column.facts ?? {}
  if (isBinary || type?.name === 'varbyte') return (bytes) => bytes
  return textReader(field, reading)
}

/** MySQL keeps half of a surrogate pair in a text: it becomes U+FFFD, counted. */
function textReader({ name }: Field, reading: Reading): CellReader {
  const note = (what: string) => reading.note(`${name}: ${what}`)
  return (bytes) => {
    try {
      return decodeText(bytes, note)
    } catch (error) {
      throw new Failure('BadValue', `${reading.table}.${name}: ${messageOf(error)}`)
    }
  }
}

/** MySQL's `0000-00-00` and `2025-00-15` are no dates anywhere else: they become NULL, counted. */
function withoutZeroDates(field: Field, reading: Reading, index: number): CellReader {
  const nullable = reading.columns[index]?.column.facts.nullable
  return (bytes) => {
    const text = bytes.toString('latin1')
    if (!text.startsWith('0000-') && text.slice(5, 7) !== '00' && text.slice(8, 10) !== '00') {
      return text
    }
    if (!nullable) {
      const what = `${reading.table}.${field.name} holds the date '${text}'`
      throw new Failure('BadValue', `${what}: declare it .nullable() and such dates load as NULL`)
    }
    reading.note(`${field.name}: zero dates loaded as NULL`)
    return null
  }
}
