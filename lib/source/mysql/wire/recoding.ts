import type { Cells, CsvLines, Reading } from '../../../table/origin.ts'
import { cellReader, type Field } from '../cells.ts'
import { type Rule, ruleOf } from './rule.ts'

/** What the columns of an answer are, and how their values are written. */
export interface Recoding {
  readonly rules: readonly Rule[]
  /** The cells of a row's values. */
  readonly cells: (values: readonly (Buffer | null)[]) => Cells
  /** The cell of one value. */
  readonly cell: (column: number, value: Buffer | null) => Cells[number]
  readonly csv: CsvLines
}

/** For a SELECT of the columns of a reading, of which MySQL says what `fields` has. */
export function recodingOf(fields: readonly Field[], reading: Reading, csv: CsvLines): Recoding {
  const { one, all } = cellReader(fields, reading)
  const rules = reading.columns.map((column, i) => ruleOf(column, fields[i] as Field))
  return { rules, cells: all, cell: one, csv }
}
