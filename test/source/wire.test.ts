import { isUtf8 } from 'node:buffer'
import { readFileSync } from 'node:fs'
import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import type { Connection } from 'mysql2'
import {
  bigint,
  boolean,
  char,
  date,
  decimal,
  double,
  generator,
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
import { csvLines } from '../../lib/manifest/csv.ts'
import type { Field } from '../../lib/source/mysql/cells.ts'
import { hasInternals } from '../../lib/source/mysql/wire/blocks.ts'
import { recodingOf } from '../../lib/source/mysql/wire/recoding.ts'
import { transcoder } from '../../lib/source/mysql/wire/transcoder.ts'
import type { Column } from '../../lib/table/column.ts'
import { definition } from '../../lib/table/definition.ts'
import { compiled, file } from '../wasm.ts'
import { END, sent } from './packets.ts'

const MARKER = 'NULL_0123abcd'

/** Numbers from 0 to `below`, always the same of a seed (mulberry32). */
function randomOf(seed: number) {
  let state = seed
  return (below: number): number => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

type Random = ReturnType<typeof randomOf>

const digits = (random: Random, most: number): string => {
  let text = ''
  for (let n = random(most) + 1; n > 0; n--) text += random(10)
  return text
}
const signed = (random: Random, most: number): string =>
  `${random(3) === 0 ? '-' : ''}${BigInt(digits(random, most))}`
const two = (number: number): string => String(number).padStart(2, '0')
const day = (random: Random): string => {
  const year = random(50) === 0 ? '0000' : String(1000 + random(9000))
  return `${year}-${two(random(40) === 0 ? 0 : 1 + random(12))}-${two(random(40) === 0 ? 0 : 1 + random(31))}`
}
const clock = (random: Random): string => {
  const fraction = random(3) === 0 ? `.${digits(random, 6)}` : ''
  return `${two(random(24))}:${two(random(60))}:${two(random(60))}${fraction}`
}
const PIECES = ['a', 'Tickets', ' ', ',', '"', '""', '\n', '\r\n', '\\N', 'é', '€', '😀', "'", '\t']
const words = (random: Random): string => {
  if (random(200) === 0) return MARKER
  if (random(200) === 0) return 'a\0b'
  if (random(300) === 0) return '0123456789"'.repeat(random(7000))
  let text = ''
  for (let n = random(random(4) === 0 ? 40 : 8); n > 0; n--) text += PIECES[random(PIECES.length)]
  return text
}

const TEXT = 45
const BINARY = 63

/** Every type of MySQL: its number, its character set, and values as its server writes them. */
const TYPES: Readonly<Record<string, [number, number, (random: Random) => string | Buffer]>> = {
  tinyint: [1, BINARY, (random) => (random(4) ? String(random(2)) : signed(random, 3))],
  smallint: [2, BINARY, (random) => signed(random, 5)],
  mediumint: [9, BINARY, (random) => signed(random, 7)],
  int: [3, BINARY, (random) => signed(random, 10)],
  zerofill: [3, BINARY, (random) => digits(random, 10).padStart(10, '0')],
  bigint: [8, BINARY, (random) => signed(random, 20)],
  decimal: [246, BINARY, (random) => `${signed(random, 12)}.${two(random(100))}`],
  float: [4, BINARY, (random) => String(Math.fround(random(1000) / 7))],
  double: [5, BINARY, (random) => `${signed(random, 3)}.5e${random(2) ? '-' : ''}${random(300)}`],
  date: [10, BINARY, day],
  datetime: [12, BINARY, (random) => `${day(random)} ${clock(random)}`],
  timestamp: [7, BINARY, (random) => `${day(random)} ${clock(random)}`],
  time: [11, BINARY, (random) => (random(9) ? clock(random) : `-${8 + random(800)}:00:00`)],
  year: [13, BINARY, (random) => String(1901 + random(255))],
  bit: [16, BINARY, (random) => Buffer.from([...digits(random, 8)].map(() => random(256)))],
  json: [245, BINARY, (random) => JSON.stringify({ text: words(random) })],
  text: [252, TEXT, words],
  varchar: [253, TEXT, words],
  char: [254, TEXT, words],
  enum: [254, TEXT, (random) => (random(2) ? 'a,b' : 'c"d')],
  ascii: [253, TEXT, (random) => digits(random, 20)],
  blob: [252, BINARY, (random) => Buffer.from([...digits(random, 40)].map(() => random(256)))],
  empty: [253, BINARY, () => Buffer.alloc(0)],
  geometry: [255, BINARY, (random) => Buffer.from(digits(random, 25))],
}

const DECLARED: readonly (() => Column)[] = [
  smallint,
  integer,
  bigint,
  () => decimal(12, 2),
  () => decimal(38, 10),
  real,
  double,
  boolean,
  date,
  time,
  timestamp,
  timestamptz,
  super_,
  () => char(20),
  () => varchar(40),
  () => varchar(40).truncated(),
  () => varchar(65_535),
  () => varbyte(30),
  () => varbyte(100_000),
]

/** A table with a column for each pair of a declared type and one of MySQL, or a few of them. */
function subjectOf(pairs: readonly (readonly [Column, string])[]) {
  const columns = Object.fromEntries(pairs.map(([column], i) => [`c${i}`, column]))
  const own = table('wide', {
    columns,
    from: generator((): object[] => []),
    row: () => ({}) as never,
  })[definition]
  const fields: Field[] = pairs.map(([, type], i) => {
    const [columnType, characterSet] = TYPES[type] as (typeof TYPES)[string]
    const decimals = type === 'decimal' ? 2 : 0
    return { name: `c${i}`, columnType, characterSet, decimals }
  })
  const notes: string[] = []
  const note = (what: string) => notes.push(what)
  const signal = new AbortController().signal
  const reading = {
    table: 'wide',
    columns: own.columns,
    date: '2026-11-23',
    signal,
    note,
    warn: () => {},
  }
  const csv = csvLines(own, MARKER, note)
  return { recoding: recodingOf(fields, reading, csv), notes }
}

/** Feeds bytes in pieces; gives the lines, releasing each block once it was copied. */
function lines(
  recoding: Parameters<typeof transcoder>[0],
  bytes: Buffer,
  piece: () => number,
  sequence = 0,
) {
  const rows = transcoder(recoding, sequence)
  const blocks: Buffer[] = []
  let count = 0
  const drain = (last: boolean) => {
    for (let block = rows.take(last); block; block = rows.take(last)) {
      blocks.push(Buffer.from(block.bytes))
      count += block.rows
      block.release?.()
    }
  }
  let tail: ReturnType<typeof rows.feed>
  for (let at = 0; at < bytes.length && !tail; ) {
    const end = at + piece()
    tail = rows.feed(bytes.subarray(at, end))
    at = end
    while (rows.isBlocked && !tail) {
      drain(false)
      tail = rows.feed(Buffer.alloc(0))
    }
    drain(false)
  }
  drain(true)
  return { csv: Buffer.concat(blocks), count, tail }
}

/** Three rows, of which the second has a value of so many bytes. */
function longRows(size: number) {
  const { recoding } = subjectOf([
    [bigint().primaryKey(), 'bigint'],
    [super_(), 'json'],
    [varchar(20).nullable(), 'varchar'],
  ])
  const long = Buffer.from(`[${'1'.repeat(size - 2)}]`)
  const short = Buffer.from('{}')
  const rows = [
    [Buffer.from('1'), short, null],
    [Buffer.from('2'), long, Buffer.from('after')],
    [Buffer.from('3'), short, Buffer.from('')],
  ]
  return { rows, recoding }
}

/** Columns whose digits are longest for the bytes they come in. */
const bits = (count: number) => Array.from({ length: count }, () => [varbyte(30), 'bit'] as const)

describe('the transcoder of MySQL rows', () => {
  it('is what its source compiles to', async () => {
    expect(readFileSync(file, 'utf8')).toBe(await compiled())
  })

  it('writes more than a million cells of every type as the slow encoder does', () => {
    let [cells, failed] = [0, 0]
    const types = Object.keys(TYPES)
    const everyPair = DECLARED.flatMap((make) => types.map((type) => [make, type] as const))
    const seeds = fc.integer()
    const property = fc.property(seeds, fc.nat(everyPair.length - 1), (seed, from) => {
      const random = randomOf(seed)
      const pairs = Array.from({ length: 24 }, (_, i) => {
        const [make, type] = everyPair[(from + i * 7) % everyPair.length] as (typeof everyPair)[0]
        return [random(3) ? make().nullable() : make(), type] as const
      })
      // Values that the slow encoder takes; of those that it refuses, some must be refused alike.
      const good = pairs.map(([column, type]) => {
        const { recoding } = subjectOf([[column, type]])
        return Array.from({ length: 80 }, () => Buffer.from(TYPES[type]?.[2](random) ?? '')).filter(
          (value, n) => {
            try {
              recoding.csv.cells(recoding.cells([value]))
              return true
            } catch (error) {
              if (n % 40 > 0) return false
              failed++
              const { bytes } = sent([[value]])
              const { message } = error as Error
              expect(() => lines(recoding, bytes, () => 1000)).toThrow(message)
              return false
            }
          },
        )
      })
      const columns = pairs.map(([column, type], i) =>
        good[i]?.length === 0 ? ([column.nullable(), type] as const) : ([column, type] as const),
      )
      const fast = subjectOf(columns)
      const slow = subjectOf(columns)
      const rows = Array.from({ length: 600 }, () =>
        columns.map(([column], i) => {
          const values = good[i] as Buffer[]
          const isNull = column.facts.nullable && random(10) === 0
          return isNull ? null : (values[random(values.length)] ?? null)
        }),
      )
      const expected = rows.map((row) => slow.recoding.csv.cells(slow.recoding.cells(row))).join('')
      cells += rows.length * pairs.length
      const first = random(256)
      const { bytes, sequence } = sent(rows, first)
      const found = lines(fast.recoding, bytes, () => 1 + random(random(5) ? 70_000 : 40), first)
      expect(found.csv.toString()).toBe(expected)
      expect(found.count).toBe(rows.length)
      expect(found.tail?.sequence).toBe(sequence)
      expect(found.tail?.bytes.subarray(4, 9)).toEqual(END)
      expect(fast.notes.sort()).toEqual(slow.notes.sort())
    })
    fc.assert(property, { numRuns: 80 })
    expect(cells).toBeGreaterThan(1_000_000)
    expect(failed).toBeGreaterThan(500)
  }, 120_000)

  it.each([90_000, 98_304, 98_305, 300_000, 4_000_000])(
    'takes a row with a value of %d bytes',
    (size) => {
      const { rows, recoding } = longRows(size)
      const { bytes } = sent(rows, 250)
      const found = lines(recoding, bytes, () => 65_536, 250)
      const expected = rows.map((row) => Buffer.from(recoding.csv.cells(recoding.cells(row))))
      expect(Buffer.compare(found.csv, Buffer.concat(expected))).toBe(0)
      expect(found.count).toBe(3)
    },
  )

  it.each([4_200_000, 16_777_214, 16_777_215, 33_000_000])(
    'refuses a row with a value of %d bytes, which COPY does not take, and names it',
    (size) => {
      const { rows, recoding } = longRows(size)
      const { bytes } = sent(rows, 250)
      const refusal = `wide: the row makes ${size + 13} bytes of CSV, COPY takes 4194304; in the row with c0 '2'`
      expect(() => lines(recoding, bytes, () => 65_536, 250)).toThrow(refusal)
    },
  )

  it.each([
    ['text', varchar(65_535), 'text', 'a퀀\ud7ff\ufffd\uffff한😀', 0],
    ['what ends with the byte of a surrogate', varchar(9), 'text', Buffer.from('61ed', 'hex'), -1],
    ['half a surrogate pair', varchar(65_535), 'text', Buffer.from('61eda08062', 'hex'), 1],
    ['two halves', varchar(65_535), 'text', Buffer.from('eda0bdedb880', 'hex'), 1],
    ['half a pair in JSON', super_(), 'json', Buffer.from('22eda08022', 'hex'), 1],
    ['half an escaped pair in JSON', super_(), 'json', String.raw`"\ud83d"`, 1],
    ['NUL in JSON', super_(), 'json', String.raw`"\u0000"`, 1],
    ['escapes in JSON', super_(), 'json', String.raw`"\ud83d\ude00\n"`, 0],
    ['a long string in JSON', super_(), 'json', JSON.stringify('x'.repeat(65_536)), -1],
  ] as const)('writes %s as the slow encoder does', (_, column, type, value, notes) => {
    const { recoding, notes: found } = subjectOf([[column, type]])
    const { bytes } = sent([[Buffer.from(value as string)]])
    const read = () => lines(recoding, bytes, () => 1000).csv.toString()
    if (notes < 0) {
      // Nor does COPY take what only a broken server sends, cut off in a character.
      if (type === 'json') expect(read).toThrow('SUPER holds 65535')
      else expect(isUtf8(lines(recoding, bytes, () => 1000).csv)).toBe(false)
      return
    }
    const line = read()
    expect(found).toHaveLength(notes)
    expect(line).toBe(recoding.csv.cells(recoding.cells([Buffer.from(value as string)])))
  })

  it('has room for digits, which are twice as long as what they are of', () => {
    const { recoding } = subjectOf([[varbyte(65_535), 'text'], ...bits(80)])
    const rows = Array.from({ length: 20 }, () => [
      Buffer.alloc(60_000, 0xff),
      ...bits(80).map(() => Buffer.alloc(8, 0xff)),
    ])
    const found = lines(recoding, sent(rows).bytes, () => 65_536)
    const expected = recoding.csv.cells(recoding.cells(rows[0] as Buffer[])).repeat(20)
    expect(Buffer.compare(found.csv, Buffer.from(expected))).toBe(0)
  })

  it('stands still while no block is free, and goes on where it was', () => {
    const { recoding } = subjectOf([[varchar(65_535), 'text']])
    const value = Buffer.from('seat "A", row 1; '.repeat(2000))
    const { bytes } = sent(Array.from({ length: 300 }, () => [value]))
    const rows = transcoder(recoding, 0)
    expect(rows.feed(bytes)).toBeUndefined()
    expect(rows.isBlocked).toBe(true)
    const blocks = []
    for (let block = rows.take(false); block; block = rows.take(false)) blocks.push(block)
    expect(blocks.length).toBeGreaterThan(3)
    expect(rows.feed(Buffer.alloc(0))).toBeUndefined()
    expect(rows.take(false)).toBeUndefined()
    const copies = blocks.map((block) => {
      const copy = Buffer.from(block.bytes)
      block.release?.()
      block.release?.()
      return copy
    })
    let tail = rows.feed(Buffer.alloc(0))
    while (!tail) {
      for (let block = rows.take(false); block; block = rows.take(false)) {
        copies.push(Buffer.from(block.bytes))
        block.release?.()
      }
      tail = rows.feed(Buffer.alloc(0))
    }
    for (let block = rows.take(true); block; block = rows.take(true)) {
      copies.push(Buffer.from(block.bytes))
    }
    const line = recoding.csv.cells([value.toString()])
    expect(Buffer.concat(copies).toString()).toBe(line.repeat(300))
  })

  it('names the row of a value that it cannot write', () => {
    const { recoding } = subjectOf([
      [bigint().primaryKey(), 'bigint'],
      [varchar(5), 'varchar'],
    ])
    const { bytes } = sent([
      [Buffer.from('7'), Buffer.from('short')],
      [Buffer.from('8'), Buffer.from('too long')],
    ])
    expect(() => lines(recoding, bytes, () => 9)).toThrow(
      "wide.c1: 'too long' has 8 bytes, varchar(5) holds 5; in the row with c0 '8'",
    )
  })

  it('cuts and counts what its column says may be cut', () => {
    const { recoding, notes } = subjectOf([[varchar(5).truncated(), 'varchar']])
    const { bytes } = sent(['12345', '123456', '1234é'].map((text) => [Buffer.from(text)]))
    expect(lines(recoding, bytes, () => 9).csv.toString()).toBe('"12345"\n"12345"\n"1234"\n')
    expect(notes).toEqual(Array(2).fill('c0: values cut to varchar(5)'))
  })

  it('leaves a connection alone that is not made as it needs it', () => {
    expect(hasInternals({} as Connection)).toBe(false)
    const stream = { pause: () => {}, resume: () => {} }
    const made = { packetParser: { execute: () => {} }, sequenceId: 0, stream }
    expect(hasInternals(made as unknown as Connection)).toBe(true)
    expect(hasInternals({ ...made, packetParser: {} } as unknown as Connection)).toBe(false)
  })

  it('refuses what no server sends', () => {
    const { recoding } = subjectOf([
      [bigint(), 'bigint'],
      [varchar(5), 'varchar'],
    ])
    const row = [Buffer.from('7'), Buffer.from('short')]
    const cut = (bytes: Buffer) => () => lines(recoding, bytes, () => 1000)
    const { bytes } = sent([row, row])
    expect(cut(sent([row, row], 1).bytes)).toThrow('packets of MySQL came out of order')
    const long = [row[0] as Buffer, Buffer.alloc(200_000)]
    expect(cut(sent([long], 1).bytes)).toThrow('packets of MySQL came out of order')
    const beyond = Buffer.from(bytes)
    beyond[6] = 200
    expect(cut(beyond)).toThrow('a row packet of MySQL is malformed')
    expect(cut(sent([[row[0] as Buffer]]).bytes)).toThrow('a row packet of MySQL is malformed')
    expect(cut(sent([[...row, ...row]]).bytes)).toThrow('a row packet of MySQL is malformed')
  })
})
