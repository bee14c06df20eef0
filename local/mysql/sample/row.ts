/** A value of a row; decimals, dates and times are strings, whose digits are kept as they are. */
export type Cell = string | number | bigint | boolean | Uint8Array | null

/** The values of a row, in the order of its table's columns. */
export type Row = readonly Cell[]

/** `12.5000`, of 125000 with four decimals. */
export function decimal(units: number, digits: number): string {
  const text = `${units}`.padStart(digits + 1, '0')
  return `${text.slice(0, -digits)}.${text.slice(-digits)}`
}
