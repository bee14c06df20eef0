import { gzipSync, zstdCompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { BUCKET, ROLE, startWarehouse } from './warehouse.ts'

describe('COPY of JSON', () => {
  let warehouse: Awaited<ReturnType<typeof startWarehouse>>
  let files = 0
  beforeAll(async () => {
    warehouse = await startWarehouse()
  })
  afterAll(() => warehouse.stop())

  /** A new table, and a COPY of a file into it. */
  const load = async (
    columns: string,
    body: string | Uint8Array,
    { json = 'auto', list = '', options = '' } = {},
  ) => {
    const table = `j${++files}`
    await warehouse.run(`create table ${table} (${columns})`)
    const url = await warehouse.put(`${table}.json`, body)
    const sql = `copy ${table} ${list} from '${url}' iam_role '${ROLE}' format as json as '${json}'
      dateformat 'auto' timeformat 'auto' ${options}`
    const { SubStatements: [sub] = [] } = await warehouse.batch(sql)
    const [detail] = await warehouse.rows(
      `select error_code, line_number, column_name, error_message from sys_load_error_detail
       where query_id = ${sub?.RedshiftQueryId}`,
    )
    const error = sub?.Status === 'FINISHED' ? undefined : (detail ?? sub?.Error)
    return { error, rows: await warehouse.rows(`select * from ${table} order by 1`) }
  }
  const paths = (...jsonpaths: unknown[]) =>
    warehouse.put(`paths${++files}.json`, JSON.stringify({ jsonpaths }))

  it('finds columns under their names, whatever stands between the objects', async () => {
    const body =
      '{"b": "x", "a": 1, "other": [1]}{"a":2}\n\n  {\n "a": 3,\r\n "b": null }\t{"A": 4}'
    const { rows } = await load('a integer, b varchar(5)', body)
    expect(rows).toEqual([
      ['1', 'x'],
      ['2', null],
      ['3', null],
      [null, null],
    ])
  })

  it.each([
    ['brackets', ["$['user']['id']", "$['tags'][1]", "$['it\\'s']"]],
    ['dots', ['$.user.id', '$.tags[1]', '$.plain']],
  ])('finds columns at their paths, in %s', async (_, expressions) => {
    const body = `{"user":{"id":7},"tags":["a","b"],"it's":"y","plain":"y"}{"tags":[0,1]}`
    const { rows } = await load('id integer, tag varchar(5), y varchar(5)', body, {
      json: await paths(...expressions),
    })
    expect(rows).toEqual([
      ['7', 'b', 'y'],
      [null, '1', null],
    ])
  })

  it('takes arrays for rows where paths say so', async () => {
    const json = await paths('$[1]', '$[0]')
    const { rows } = await load('a integer, b varchar(5)', '["x",1]\n["y",2]', { json })
    expect(rows).toEqual([
      ['1', 'x'],
      ['2', 'y'],
    ])
  })

  it('gives a column that it does not load its default', async () => {
    const columns = `a integer, day date default '2026-11-23' not null`
    const { rows } = await load(columns, '{"a":1,"day":"2020-01-01"}', { list: '(a)' })
    expect(rows).toEqual([['1', '2026-11-23']])
  })

  it.each([
    ['gzip', gzipSync('{"a":1}{"a":2}')],
    ['zstd', Buffer.concat([zstdCompressSync('{"a":1}'), zstdCompressSync('{"a":2}')])],
  ])('reads the whole of a file of %s', async (codec, body) => {
    expect((await load('a integer', body, { options: codec })).rows).toEqual([['1'], ['2']])
  })

  it('skips lines at the top', async () => {
    const body = 'what this is\n{"a":1}'
    expect((await load('a integer', body, { options: 'ignoreheader 1' })).rows).toEqual([['1']])
  })

  it.each([
    ['varchar(40)', '{"v":12345678901234567890.10}', '12345678901234567890.10'],
    ['varchar(40)', '{"v":[1.50,{"a":"ü"}]}', '[1.50,{"a":"ü"}]'],
    ['varchar(40)', '{"v":"a\\n\\"b\\"\\\\N\\u00e9"}', 'a\n"b"\\Né'],
    ['varchar(40)', '{"v":true}', 'true'],
    ['varchar(40)', '{"v":""}', ''],
    ['integer', '{"v":""}', null],
    ['integer', '{"v":"17"}', '17'],
    ['decimal(38,4)', '{"v":1234567890123456789012345678901234.5678}', undefined],
    ['boolean', '{"v":false}', 'false'],
    ['timestamptz', '{"v":"2026-11-23T10:00:00.123Z"}', '2026-11-23 10:00:00.123+00'],
    ['super', '{"v":{"a":[1,null,"x"]}}', '{"a":[1,null,"x"]}'],
    ['super', '{"v":"text"}', '"text"'],
    ['super', '{"v":null}', null],
  ])('takes for %s: %s', async (type, body, value) => {
    const { error, rows } = await load(`v ${type}`, body)
    expect(error).toBeUndefined()
    const plain = value === undefined ? (/\d[\d.]+/.exec(body)?.[0] ?? '') : value
    expect(rows).toEqual([[plain]])
  })

  it.each([
    ['integer', '{"v":1.5}', '1207', 'v'],
    ['integer', '{"v":{"a":1}}', '1207', 'v'],
    ['smallint', '{"v":40000}', '1222', 'v'],
    ['varchar(2)', '{"v":"日"}', '1204', 'v'],
    ['varchar(9)', '{"v":"a\\u0000b"}', '1218', 'v'],
    ['varchar(9)', '{"v":"\\ud800"}', '1220', 'v'],
    ['date', '{"v":"23.11.2026"}', '1205', 'v'],
    ['integer', '{"v":1', '1216', ''],
    ['integer', '{"v":1,}', '1216', ''],
    ['integer', "{'v':1}", '1216', ''],
    ['integer', ',{"v":1}', '1216', ''],
    ['integer', '17', '1216', ''],
    ['integer', '[{"v":1}]', '1216', ''],
    ['varchar(9)', Buffer.from([...Buffer.from('{"w":"'), 0xff, ...Buffer.from('"}')]), '1220', ''],
  ])('refuses for %s: %s', async (type, body, code, column) => {
    const all = Buffer.concat([Buffer.from('{"v":null}\n\n'), Buffer.from(body)])
    const { error, rows } = await load(`v ${type}`, all)
    expect(error?.slice(0, 3)).toEqual([code, '3', column])
    expect(rows).toEqual([])
  })

  it('names the last line of the object that it refuses', async () => {
    const { error } = await load('a integer not null', '{"a":1}\n{\n"a":\nnull\n}\n')
    expect(error).toEqual(['1213', '5', 'a', 'Missing data for not-null field'])
  })

  it.each([
    ["$['a']['b']", 'Invalid JSONPath format: Member is not an object.'],
    ["$['a'][0]", 'Invalid JSONPath format: Not an array or index out of range.'],
  ])('fails where %s leads to something else', async (path, message) => {
    for (const body of ['{"a":1}', '{"a":null}', '{"a":"x"}']) {
      const { error } = await load('v integer', body, { json: await paths(path) })
      expect(error).toEqual(['1216', '1', '', message])
    }
  })

  it.each([
    [
      'as many paths as columns',
      ['$.a'],
      'JSONPath size: 1, Number of columns in table or column list: 2',
    ],
    ['one notation', ["$['a']", '$.b'], 'mixes brackets and dots'],
    ['no wildcards', ['$.a', '$.*.b[*]'], 'is not a JSONPath'],
    ['no empty path', ['$.a', ''], 'is not a JSONPath'],
    ['no root', ['$.a', '$'], 'is not a JSONPath'],
    ['texts only', ['$.a', 1], 'is not a JSONPath'],
  ])('wants of a JSONPaths file %s', async (_, expressions, message) => {
    const { error } = await load('a integer, b integer', '{}', {
      json: await paths(...expressions),
    })
    expect(error).toContain(message)
  })

  it('goes by the names where the file holds no jsonpaths', async () => {
    const json = await warehouse.put('other.json', '{"jsonPaths": ["$.x"]}')
    expect((await load('a integer', '{"a":1}', { json })).rows).toEqual([['1']])
  })

  it('fails when the JSONPaths file is not there, or no JSON', async () => {
    const missing = await load('a integer', '{}', { json: `s3://${BUCKET}/nowhere.json` })
    expect(missing.error).toContain('The specified S3 jsonpaths file does not exist')
    const json = await warehouse.put('broken.json', '{"jsonpaths": ["$.a"]}{}')
    expect((await load('a integer', '{}', { json })).error).toContain('it is not JSON')
  })

  it('is of one format', async () => {
    const { error } = await load('a integer', '{}', { options: 'csv' })
    expect(error).toContain('COPY takes one format only')
  })

  it.each([`delimiter ','`, `null as ''`, `quote '"'`])('excludes %s', async (options) => {
    const { error } = await load('a integer', '{}', { options })
    expect(error).toContain('is not supported with JSON')
  })

  it('loads 100,000 objects of 15 fields in seconds', async () => {
    const names = Array.from({ length: 15 }, (_, i) => `c${i}`)
    const object = Object.fromEntries(names.map((name, i) => [name, i % 3 ? `text, ${i}` : i]))
    const columns = names.map((name, i) => `${name} ${i % 3 ? 'varchar(20)' : 'integer'}`)
    const started = performance.now()
    const { error } = await load(
      columns.join(', '),
      gzipSync(`${JSON.stringify(object)}\n`.repeat(100_000)),
      { options: 'gzip' },
    )
    expect(error).toBeUndefined()
    expect(performance.now() - started).toBeLessThan(15_000)
  })
})
