import { describe, expect, it } from '@jest/globals'
import { isDate } from '../../lib/table/moment.ts'
import { types } from '../../lib/table/type.ts'

const cases: [
  name: string,
  type: (typeof types)['smallint'],
  good: [unknown, string][],
  bad: unknown[],
][] = [
  [
    'smallint',
    types.smallint,
    [
      [-32768, '-32768'],
      ['32767', '32767'],
      [5n, '5'],
    ],
    [32768, 1.5, '1.5', '', 'x', null, true],
  ],
  [
    'integer',
    types.integer,
    [
      [2147483647, '2147483647'],
      ['-2147483648', '-2147483648'],
    ],
    [2147483648, '2147483648', '1e3'],
  ],
  [
    'bigint',
    types.bigint,
    [
      [9223372036854775807n, '9223372036854775807'],
      ['-9223372036854775808', '-9223372036854775808'],
      [2 ** 53 - 1, '9007199254740991'],
    ],
    [9223372036854775808n, '9223372036854775808', 2 ** 53, Number.NaN],
  ],
  [
    'decimal(5,2)',
    types.decimal(5, 2),
    [
      ['123.45', '123.45'],
      ['-0.10', '-0.10'],
      ['1.500', '1.500'],
      [0.125, '0.13'],
      [7n, '7'],
      ['000123.4', '000123.4'],
    ],
    ['1234', '1.234', 'x', '', '.', Number.POSITIVE_INFINITY, 1000],
  ],
  ['decimal(38,0)', types.decimal(38, 0), [['9'.repeat(38), '9'.repeat(38)]], ['9'.repeat(39)]],
  [
    'double',
    types.double,
    [
      [0.1, '0.1'],
      ['1e-7', '1e-7'],
      [-1.5e300, '-1.5e+300'],
    ],
    [Number.NaN, Number.POSITIVE_INFINITY, 'abc', ''],
  ],
  [
    'boolean',
    types.boolean,
    [
      [true, 't'],
      [0, 'f'],
      ['1', 't'],
    ],
    [2, '2', 'yes', null],
  ],
  [
    'char(3)',
    types.char(3),
    [
      ['abc', 'abc'],
      ['', ''],
    ],
    ['abcd', 'é', 1],
  ],
  [
    'varchar(4)',
    types.varchar(4),
    [
      ['abcd', 'abcd'],
      ['é€'.slice(0, 1), 'é'],
      ['😀', '😀'],
    ],
    ['abcde', '€€', 5],
  ],
  [
    'date',
    types.date,
    [['2024-02-29', '2024-02-29']],
    ['2023-02-29', '2026-11-31', '0000-00-00', '26-1-1', new Date(0)],
  ],
  [
    'time',
    types.time,
    [['23:59:59.123456', '23:59:59.123456']],
    ['24:00:00', '-01:00:00', '838:59:59'],
  ],
  [
    'timestamp',
    types.timestamp,
    [
      ['2026-11-23 10:00:00', '2026-11-23 10:00:00'],
      ['2026-11-23T10:00:00.5', '2026-11-23 10:00:00.5'],
      ['2026-11-23', '2026-11-23 00:00:00'],
    ],
    ['2026-11-23T10:00:00Z', '2026-13-01 00:00:00', '2026-11-23 25:00:00', 'now'],
  ],
  [
    'timestamptz',
    types.timestamptz,
    [
      [new Date(0), '1970-01-01 00:00:00.000+00'],
      ['2026-11-23 10:00:00', '2026-11-23 10:00:00+00'],
      ['2026-11-23T10:00:00+05:30', '2026-11-23 10:00:00+05:30'],
      ['2026-11-23T10:00:00Z', '2026-11-23 10:00:00+00'],
    ],
    [new Date(Number.NaN), 'yesterday'],
  ],
  [
    'super',
    types.super,
    [
      [{ a: [1, 'x', null] }, '{"a":[1,"x",null]}'],
      ['text', '"text"'],
      [{ id: 9007199254740993n }, '{"id":9007199254740993}'],
    ],
    [undefined, { n: Number.NaN }, 'x'.repeat(70_000)],
  ],
  [
    'varbyte(2)',
    types.varbyte(2),
    [
      [new Uint8Array([0, 255]), '00ff'],
      [new Uint8Array(), ''],
    ],
    [new Uint8Array(3), 'text'],
  ],
]

describe.each(cases)('%s', (_name, type, good, bad) => {
  it.each(good)('writes %p as %s', (value, text) => {
    expect(type.encode(value)).toBe(text)
  })
  it.each(bad.map((value) => [value]))('refuses %p', (value) => {
    expect(() => type.encode(value)).toThrow(/^(is|has|holds|cannot|a string) /)
  })
})

describe('isDate', () => {
  it('knows the days of the calendar', () => {
    const two = (number: number) => String(number).padStart(2, '0')
    for (const year of ['0000', '0001', '1900', '2000', '2023', '2024', '9999']) {
      for (let month = 0; month <= 13; month++) {
        for (let day = 0; day <= 32; day++) {
          const date = `${year}-${two(month)}-${two(day)}`
          const time = Date.parse(date)
          const isDay = !Number.isNaN(time) && new Date(time).toISOString().startsWith(date)
          expect([date, isDate(date)]).toEqual([date, isDay && year !== '0000'])
        }
      }
    }
  })
})

describe('text that a source gives', () => {
  it('keeps every digit of JSON', () => {
    expect(types.super.encodeText('{"id": 9007199254740993}')).toBe('{"id": 9007199254740993}')
  })
  it('refuses what is not JSON', () => {
    expect(() => types.super.encodeText('{')).toThrow('is not JSON')
  })
})
