import { Failure } from '../../error.ts'
import type { Cells, Reading } from '../../table/origin.ts'

/** What MySQL says of a column of a result. */
export interface Field {
  readonly name: string
  readonly columnType: number
  readonly characterSet: number
}

/** Type numbers of the MySQL protocol (include/field_types.h). */
export const FLOAT = 4
const TIMESTAMP = 7
const DATE = 10
const DATETIME = 12
const BIT = 16
const BYTES = new Set([249, 250, 251, 252, 253, 254, 255])

/** The character set number that MySQL gives to values that are not text. */
const BINARY = 63

type CellReader = (bytes: Buffer) => string | Uint8Array | null

/** A function that turns the bytes of a row into a mirror's cells. */
export function cellReader(
  fields: readonly Field[],
  reading: Reading,
): (row: readonly (Buffer | null)[]) => Cells {
  const readers = fields.map((field, i) => readerOf(field, reading, i))
  return (row) => row.map((bytes, i) => (bytes === null ? null : (readers[i] as CellReader)(bytes)))
}

function readerOf(field: Field, reading: Reading, index: number): CellReader {
  const { columnType } = field
  if (columnType === BIT) return (bytes) => BigInt(`0x${bytes.toString('hex')}`).toString()
  if (columnType === DATE || columnType === DATETIME || columnType === TIMESTAMP) {
    return withoutZeroDates(field, reading, index)
  }
  if (BYTES.has(columnType) && field.characterSet === BINARY) return (bytes) => bytes
  return (bytes) => bytes.toString('utf8')
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
