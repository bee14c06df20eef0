import { describe, expect, it } from '@jest/globals'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import { bigint, calendar, integer, table, varchar } from '#lib'
import { csvEncoder } from '../../lib/manifest/csv.ts'
import { definition } from '../../lib/table/definition.ts'

const orders = table('orders', {
  columns: {
    id: bigint().primaryKey(),
    note: varchar(1000).nullable(),
    quantity: integer().default(1),
  },
  from: calendar('2026-01-01', '2026-01-01'),
  row: () => ({ id: 1, note: null }),
})[definition]

const encoder = (notes: string[] = []) => csvEncoder(orders, 'NULL_x', (what) => notes.push(what))

describe('csv', () => {
  it('tells NULL from the empty string, and fills in defaults', () => {
    const csv = encoder()
    expect(csv.row({ id: 1n, note: null })).toBe('1,NULL_x,1\n')
    expect(csv.row({ id: 2n, note: '', quantity: 3 })).toBe('2,"",3\n')
  })
  it('quotes text, whatever it holds', () => {
    expect(encoder().cells(['7', 'a,"b"\r\n\\N', '1'])).toBe('7,"a,""b""\r\n\\N",1\n')
  })
  it('removes NUL characters and counts them', () => {
    const notes: string[] = []
    expect(encoder(notes).cells(['7', 'a\0b', '1'])).toBe('7,"ab",1\n')
    expect(notes).toEqual(['note: NUL characters removed'])
  })
  it('never takes a value for its NULL marker', () => {
    expect(() => encoder().cells(['7', 'NULL_x', '1'])).toThrow(
      'the NULL marker NULL_x occurs in the data',
    )
  })
  it('names the table, the column, the value and the row of a bad value', () => {
    expect(() => encoder().cells(['17', 'x', 'many'])).toThrow(
      "orders.quantity: 'many' is no integer; in the row with id '17'",
    )
    expect(() => encoder().row({ id: null, note: null })).toThrow(
      'orders.id: is NULL, and the column is not .nullable()',
    )
  })
  it('gives any text back to another reader of CSV', () => {
    const text = fc
      .string({ unit: 'binary', maxLength: 200 })
      .filter((text) => !text.includes('\0'))
    fc.assert(
      fc.property(fc.array(fc.option(text), { minLength: 1, maxLength: 20 }), (notes) => {
        const csv = encoder()
        const file = notes.map((note, i) => csv.row({ id: BigInt(i), note })).join('')
        const options = {
          record_delimiter: '\n',
          cast: (value: string, { quoting }: { quoting: boolean }) =>
            !quoting && value === 'NULL_x' ? null : value,
        }
        const read = parse(file, options) as (string | null)[][]
        expect(read.map(([, note]) => note)).toEqual(notes)
      }),
      { numRuns: 300 },
    )
  })
})
