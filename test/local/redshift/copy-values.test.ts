import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startWarehouse } from './warehouse.ts'

describe('a value that COPY', () => {
  let warehouse: Awaited<ReturnType<typeof startWarehouse>>
  let tables = 0
  beforeAll(async () => {
    warehouse = await startWarehouse()
  })
  afterAll(() => warehouse.stop())

  const tableOf = async (type: string) => {
    const table = `v${++tables}`
    await warehouse.run(`create table ${table} ("v" ${type})`)
    return table
  }

  it.each([
    ['smallint', '-32768', '-32768'],
    ['integer', '+7', '7'],
    ['bigint', '9223372036854775807', undefined],
    ['decimal(8,2)', '20.259', '20.25'],
    ['decimal(8,2)', '-20.259', '-20.25'],
    ['decimal(5,0)', '1.9', '1'],
    ['decimal(38,10)', '1234567890123456789012345678.0123456789', undefined],
    ['double precision', '1.5e3', '1500'],
    ['boolean', 'YES', 'true'],
    ['boolean', 'off', 'false'],
    ['varchar(3)', 'abc', 'abc'],
    ['varchar(4)', '"é é"', undefined, 'too long'],
    ['varchar(5)', '"é é"', 'é é'],
    ['char(2)', 'ab', 'ab'],
    ['date', '2024-02-29', '2024-02-29'],
    ['timestamp', '2026-11-23 23:59:59.123456', '2026-11-23 23:59:59.123456'],
    ['timestamp', '2026-11-23', '2026-11-23 00:00:00'],
    ['timestamptz', '2026-11-23 10:00:00+02', '2026-11-23 08:00:00+00'],
    ['timestamptz', '2026-11-23T10:00:00-0530', '2026-11-23 15:30:00+00'],
    ['timestamptz', '2026-11-23 10:00:00', '2026-11-23 10:00:00+00'],
    ['time', '23:59:59', '23:59:59'],
    ['super', '"{""a"":[1,null]}"', '{"a":[1,null]}'],
    ['varbyte(2)', 'FF00', 'ff00'],
  ])('takes for %s: %s', async (type, text, value, wrong = '') => {
    const table = await tableOf(type)
    const error = await warehouse.loadError(table, `${text}\n`)
    if (wrong) return expect(error?.[0]).toBe('1204')
    expect(error).toBeUndefined()
    const plain = type === 'bigint' ? 'cast("v" as varchar)' : '"v"'
    expect(await warehouse.rows(`select ${plain} from ${table}`)).toEqual([[value ?? text]])
  })

  it.each([
    ['smallint', '32768', '1222'],
    ['integer', '1.5', '1207', "Invalid digit, Value '.', Pos 1, Type: Integer"],
    ['integer', '"  "', '1207'],
    ['integer', '""', '1207'],
    ['bigint', '9223372036854775808', '1222'],
    ['decimal(4,2)', '100', '1204'],
    ['decimal(4,2)', '1e2', '1207', "Invalid digit, Value 'e', Pos 1, Type: Decimal"],
    ['real', 'abc', '1208'],
    ['double precision', '1e999', '1208'],
    ['boolean', 'maybe', '1210'],
    ['varchar(2)', 'abc', '1204', 'String length exceeds DDL length'],
    ['varchar(2)', '"日"', '1204'],
    ['char(2)', 'é', '1220'],
    ['date', '2026-02-30', '1205'],
    ['date', '0000-00-00', '1205'],
    ['date', '23.11.2026', '1205'],
    ['timestamp', '2026-11-23 25:00:00', '1206'],
    ['timestamp', '2026-11-23 10:00:00+02', '1206'],
    ['timestamptz', '2026-11-23 10:00:00 CET', '1206'],
    ['timestamptz', '2026-11-23 10:00:00+16:00', '1206'],
    ['timestamptz', '2026-11-23 10:00:00+01:60', '1206'],
    ['time', '24:00:00', '1206'],
    ['super', '{a', '1224'],
    ['varbyte(2)', 'fg', '1207'],
    ['varbyte(2)', 'ff00ff', '1204'],
    ['integer not null', '\\N', '1213', 'Missing data for not-null field'],
    ['varchar(5)', 'a\0b', '1218'],
  ])('refuses for %s: %s', async (type, text, code, message = '') => {
    const table = await tableOf(type)
    const good = type.startsWith('varchar') ? '"a"' : '\\N'
    const first = type.includes('not null') ? '1' : good
    const [foundCode, line, column, found] = (await warehouse.loadError(
      table,
      `${first}\n${text}\n`,
    )) as string[]
    expect([foundCode, line, column]).toEqual([code, '2', 'v'])
    if (message) expect(found).toBe(message)
    expect(await warehouse.rows(`select count(*) from ${table}`)).toEqual([['0']])
  })

  it.each([
    ['has a field too many', '1,2,3\n', ['1202', '2', '']],
    ['has a field too few', '1\n', ['1214', '2', 'a']],
    ['is empty', '\n', ['1214', '2', 'a']],
    ['ends inside quotes', '1,"a\n', ['1216', '2', '']],
    ['goes on behind a quote', '1,"a"b\n', ['1216', '2', '']],
    ['has a quote inside a word', '1,a"b\n', ['1216', '2', '']],
    ['is larger than 4 MB', `1,${'x'.repeat(4 * 1024 * 1024 + 1)}\n`, ['1216', '2', '']],
  ])('does not look at, since its line %s', async (_, line, expected) => {
    const table = `v${++tables}`
    await warehouse.run(`create table ${table} ("a" integer, "b" varchar(10))`)
    const error = (await warehouse.loadError(table, `1,"x"\n${line}`)) as string[]
    expect(error.slice(0, 3)).toEqual(expected)
  })

  it('refuses invalid UTF-8, and says where', async () => {
    const table = `v${++tables}`
    await warehouse.run(`create table ${table} ("a" varchar(10), "b" varchar(10))`)
    const body = Buffer.concat([Buffer.from('"é",b\n"two\nlines",'), Buffer.from([0xff, 0x0a])])
    expect(await warehouse.loadError(table, body)).toEqual([
      '1220',
      '2',
      'b',
      'String contains invalid or unsupported UTF8 codepoints',
    ])
  })

  it('counts lines inside quotes', async () => {
    const table = await tableOf('varchar(9)')
    const error = (await warehouse.loadError(table, '"a\nb"\n"c\n\nd"\nfar too long\n')) as string[]
    expect(error[1]).toBe('6')
  })
})
