import { describe, expect, it } from '@jest/globals'
import { parse } from 'csv-parse/sync'
import fc from 'fast-check'
import {
  bigint,
  boolean,
  calendar,
  char,
  date,
  decimal,
  double,
  integer,
  real,
  smallint,
  super_,
  table,
  time,
  timestamp,
  timestamptz,
  varbyte,
  varchar,
} from '#lib'
import { csvEncoder, csvLines } from '../../lib/manifest/csv.ts'
import { type Page, pages } from '../../lib/manifest/page.ts'
import type { Column, Columns } from '../../lib/table/column.ts'
import { type AnyRow, type Definition, definition } from '../../lib/table/definition.ts'
import type { Cells } from '../../lib/table/origin.ts'
import { cutText } from '../../lib/table/text.ts'
import { odd, oddValues } from './odd.ts'
import { plainLine } from './plain.ts'

const MARKER = 'NULL_x'
const RUNS = 300

/** What is written on a page. */
function bytesOf(write: (page: Page) => void): Buffer {
  const page = pages().next()
  write(page)
  return page.bytes.subarray(0, page.end)
}

const tableOf = (columns: Columns) =>
  table('orders', {
    columns,
    from: calendar('2026-01-01', '2026-01-01'),
    row: () => ({}),
  } as never)[definition]

function encoder(notes: string[] = []) {
  const csv = csvEncoder(orders, MARKER, (what) => notes.push(what))
  return {
    row: (row: AnyRow) => String(bytesOf((page) => csv.row(row, page))),
    cells: (cells: Cells) => String(bytesOf((page) => csv.cells(cells, page))),
  }
}

const orders = tableOf({
  id: bigint().primaryKey(),
  note: varchar(1000).nullable(),
  quantity: integer().default(1),
})

describe('csv', () => {
  it('tells NULL from the empty string, and fills in defaults', () => {
    const csv = encoder()
    expect(csv.row({ id: 1n, note: null })).toBe('1,NULL_x,1\n')
    expect(csv.row({ id: 2n, note: '', quantity: 3 })).toBe('2,"",3\n')
  })
  it('takes the columns of a row in whatever order they come', () => {
    const csv = encoder()
    expect(csv.row({ quantity: 3, id: 2n, note: 'x' })).toBe('2,"x",3\n')
    expect(csv.row({ id: 2n, other: 'y', quantity: 3, note: 'x' })).toBe('2,"x",3\n')
    expect(csv.row(Object.create({ id: 2n, note: 'x' }, {}))).toBe('2,"x",1\n')
  })
  it('quotes text, whatever it holds', () => {
    expect(encoder().cells(['7', 'a,"b"\r\n\\N', '1'])).toBe('7,"a,""b""\r\n\\N",1\n')
  })
  it('removes NUL characters and counts them', () => {
    const notes: string[] = []
    expect(encoder(notes).cells(['7', 'a\0b', '1'])).toBe('7,"ab",1\n')
    expect(notes).toEqual(['note: NUL characters removed'])
  })
  it('cuts text that is too long only where its column says so, and counts it', () => {
    const own = tableOf({ id: bigint().primaryKey(), note: varchar(5).truncated() })
    const notes: string[] = []
    const csv = csvEncoder(own, MARKER, (what) => notes.push(what))
    const cut = (note: string) =>
      String(bytesOf((page) => csv.row({ id: 1, note }, page))).slice(3, -2)
    expect(cut('12345')).toBe('12345')
    expect(notes).toEqual([])
    expect(cut('123456')).toBe('12345')
    // No character is cut in two: of four bytes each, one fits; nor do two bytes of an é.
    expect(cut('🎻🎻')).toBe('🎻')
    expect(cut('1234é')).toBe('1234')
    expect(cut('éé5é')).toBe('éé5')
    expect(notes).toEqual(Array(4).fill('note: values cut to varchar(5)'))
    const text = fc.string({ unit: 'binary', maxLength: 20 })
    fc.assert(
      fc.property(text, (note) => {
        const whole = Buffer.from(cutText(note, 5))
        const next = [...note].slice([...cutText(note, 5)].length)[0] ?? ''
        expect(note.startsWith(cutText(note, 5))).toBe(true)
        expect(whole.length).toBeLessThanOrEqual(5)
        if (next) expect(whole.length + Buffer.byteLength(next)).toBeGreaterThan(5)
      }),
    )
    const strict = tableOf({ id: bigint().primaryKey(), note: varchar(5) })
    expect(() =>
      bytesOf((page) => csvEncoder(strict, MARKER, () => {}).cells(['1', '123456'], page)),
    ).toThrow("orders.note: '123456' has 6 bytes, varchar(5) holds 5; in the row with id '1'")
  })
  it('replaces what is half a surrogate pair, and counts it', () => {
    const notes: string[] = []
    expect(encoder(notes).cells(['7', 'a\ud83d\0\ude00😀', '1'])).toBe('7,"a\ufffd\ufffd😀",1\n')
    const what = ['note: lone surrogates replaced by U+FFFD', 'note: NUL characters removed']
    expect(notes).toEqual(what)
  })
  it('does the same to escapes in JSON', () => {
    const notes: string[] = []
    const csv = csvLines(tableOf({ json: super_() }), MARKER, (what) => notes.push(what))
    const kept = String.raw`"\ud83d\ude00 \\u0000 \\ud83d \u00e9 \n"`
    expect(csv.cell(0, kept)).toBe(`"${kept.replaceAll('"', '""')}"`)
    expect(notes).toEqual([])
    const spoilt = String.raw`"\u0000a\\\u0000\uD83D\u0041"`
    expect(csv.cell(0, spoilt)).toBe(`"""a${String.raw`\\`}\ufffd${String.raw`\u0041`}"""`)
    expect(notes).toHaveLength(2)
  })
  it('never takes a value for its NULL marker', () => {
    expect(() => encoder().cells(['7', 'NULL\0_x', '1'])).toThrow('occurs in the data')
    expect(() => encoder().cells(['7', 'NULL_x', '1'])).toThrow(
      'orders.note: the NULL marker NULL_x occurs in the data: once it is read anew, it is another',
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

const columns: Columns = {
  smallint: smallint(),
  integer: integer(),
  bigint: bigint(),
  decimal: decimal(10, 2),
  fraction: decimal(3, 3),
  whole: decimal(38, 0),
  real: real(),
  double: double(),
  boolean: boolean(),
  char: char(5),
  varchar: varchar(1000),
  short: varchar(7),
  date: date(),
  time: time(),
  timestamp: timestamp(),
  timestamptz: timestamptz(),
  super: super_(),
  varbyte: varbyte(3),
  bytes: varbyte(40_000),
}

const good: AnyRow = {
  smallint: -1,
  integer: 2_000_000_000,
  bigint: 2n ** 60n,
  decimal: '12345678.90',
  boolean: true,
  varchar: 'é, "😀"',
  date: '2024-02-29',
  timestamp: '2026-11-23 10:00:00',
  super: { a: ['"'] },
}

/** What comes of writing: the bytes, or the error; and the notes. */
function outcome(write: (note: (what: string) => void) => Buffer): unknown {
  const notes: string[] = []
  try {
    return { bytes: write((what) => notes.push(what)).toString('hex'), notes }
  } catch (error) {
    const { name, message } = error as Error
    return { name, message, notes }
  }
}

const asText = (table: Definition, cells: readonly unknown[]) =>
  expect(
    outcome((note) => Buffer.from(csvLines(table, MARKER, note).cells(cells as Cells))),
  ).toEqual(outcome((note) => Buffer.from(plainLine(table, MARKER, note, cells, true))))

const asCells = (table: Definition, cells: readonly unknown[]) =>
  expect(
    outcome((note) =>
      bytesOf((page) => csvEncoder(table, MARKER, note).cells(cells as Cells, page)),
    ),
  ).toEqual(outcome((note) => Buffer.from(plainLine(table, MARKER, note, cells, true))))

function asRow(table: Definition, row: AnyRow): void {
  const cells = table.columns.map(({ name }) => row[name])
  expect(
    outcome((note) => bytesOf((page) => csvEncoder(table, MARKER, note).row(row, page))),
  ).toEqual(outcome((note) => Buffer.from(plainLine(table, MARKER, note, cells, false))))
}

describe('every byte, error and note is as the plain encoder has it', () => {
  it.each(Object.keys(columns))('in a column of %s', (name) => {
    const column = columns[name] as Column
    const id = varchar(100).primaryKey()
    const tables = [
      tableOf({ [name]: column }),
      tableOf({ id, [name]: column.nullable() }),
      ...(name in good ? [tableOf({ [name]: column.default(good[name] as never), id })] : []),
    ]
    const check = (table: Definition, value: unknown) => {
      asRow(table, { id: 'a "key"', [name]: value })
      asCells(
        table,
        table.columns.map((own) => (own.name === name ? value : 'a "key"')),
      )
    }
    for (const table of tables) for (const value of odd) check(table, value)
    fc.assert(fc.property(fc.constantFrom(...tables), oddValues, check), { numRuns: RUNS })
  })

  it('in rows of many columns, in any order, some of them absent', () => {
    const table = tableOf(
      Object.fromEntries(
        Object.entries(columns).map(([name, column], i) => [
          name,
          i % 3 === 0 && name in good ? column.default(good[name] as never) : column.nullable(),
        ]),
      ),
    )
    const rows = fc
      .shuffledSubarray([...Object.keys(columns), 'other'])
      .chain((names) => fc.tuple(fc.constant(names), fc.boolean(), fc.nat(30), oddValues))
      .map(([names, inOrder, at, value]) => {
        const own = inOrder ? Object.keys(columns) : names
        const row = Object.fromEntries(own.map((name) => [name, good[name] ?? null]))
        return { ...row, ...(own[at] && { [own[at]]: value }) }
      })
    fc.assert(
      fc.property(rows, (row) => asRow(table, row)),
      { numRuns: RUNS },
    )
  })

  it('as text too, of lines and of cells', () => {
    const long = '"é😀'.repeat(200_000)
    const cells = ['1', long, '2']
    const wide = tableOf({ id: bigint(), json: super_(), quantity: integer().nullable() })
    asText(wide, ['1', JSON.stringify(long), null])
    asText(wide, ['1', 'x', '2'])
    asText(orders, ['1', '\ud83d\0"', '2'])
    const csv = csvLines(orders, MARKER, () => {})
    expect(csv.marker).toBe(MARKER)
    expect(csv.cell(1, 'a"b')).toBe('"a""b"')
    expect(csv.cell(1, null)).toBe(MARKER)
    expect(() => csv.cell(0, 'x')).toThrow(/^is no bigint$/)
    expect(csv.cells(['1', '', '2'])).toBe('1,"",2\n')
    expect(() => csv.cells(cells)).toThrow(/^orders.note: .* has \d+ bytes/)
    expect(csv.cell(2, '7')).toBe('7')
  })

  it.each([null, undefined, 'text', 7])('where a row is %p', (row) => {
    expect(() =>
      bytesOf((page) => csvEncoder(orders, MARKER, () => {}).row(row as never, page)),
    ).toThrow(row === null || row === undefined ? "reading 'id'" : 'orders.id: is NULL')
  })
})

describe('a page', () => {
  it('grows, wherever its end comes', () => {
    const csv = csvEncoder(
      tableOf({ id: integer(), a: char(9), b: varchar(300) }),
      MARKER,
      () => {},
    )
    const lines = '123,"""""","é"\n-45,"","€€€"\n'
    for (let left = 0; left <= lines.length * 2; left++) {
      const page = pages().next()
      const start = page.bytes.length - left
      page.end = start
      csv.cells(['123', '""', 'é'], page)
      csv.cells(['-45', '', '€€€'], page)
      expect(page.bytes.toString('utf8', start, page.end)).toBe(lines)
    }
  })

  it('holds lines of any length', () => {
    const csv = csvEncoder(tableOf({ json: super_() }), MARKER, () => {})
    const most = 4 * 1024 * 1024 - 3
    const texts = [1, 70_000, 262_000, 400_000, 3, most].map((length) => '1'.repeat(length))
    const bytes = bytesOf((page) => {
      for (const text of texts) csv.cells([text], page)
    })
    const lines = texts.map((text) => `"${text}"\n`)
    expect(bytes.equals(Buffer.from(lines.join('')))).toBe(true)
  })

  it('refuses a longer line than COPY takes, and names its row', () => {
    const columns = { id: bigint().primaryKey(), json: super_() }
    const csv = csvEncoder(tableOf(columns), MARKER, () => {})
    const text = '1'.repeat(4 * 1024 * 1024 - 4)
    const problem = `orders: the row makes 4194305 bytes of CSV, COPY takes 4194304; in the row with id '7'`
    expect(() => bytesOf((page) => csv.cells(['7', text], page))).toThrow(problem)
    const row = { id: 7, json: Array(100).fill('x'.repeat(50_000)) }
    expect(() => bytesOf((page) => csv.row(row, page))).toThrow(
      /^orders: the row makes 5000\d+ bytes/,
    )
  })

  it('is written on again once its block is released, and not before', () => {
    const { next, block } = pages()
    const held = Array.from({ length: 16 }, () => block(next()))
    expect(new Set(held.map(({ bytes }) => bytes.buffer)).size).toBe(16)
    held[3]?.release?.()
    expect(next().bytes.buffer).toBe(held[3]?.bytes.buffer)
    expect(held.map(({ bytes }) => bytes.buffer)).not.toContain(next().bytes.buffer)
  })
})
