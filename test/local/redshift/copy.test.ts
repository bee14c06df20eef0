import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { BUCKET, ROLE, startWarehouse } from './warehouse.ts'

describe('COPY', () => {
  let warehouse: Awaited<ReturnType<typeof startWarehouse>>
  beforeAll(async () => {
    warehouse = await startWarehouse()
    await warehouse.run(`create table t ("a" integer, "b" varchar(20) default 'none', "c" integer)`)
  })
  afterAll(() => warehouse.stop())
  beforeEach(() => warehouse.run('delete from t'))

  const from = (url: string, options: string) =>
    warehouse.batch(`copy t ("a", "b") from '${url}' iam_role default csv ${options}`)
  const loaded = () => warehouse.rows('select "a", "b" from t order by "a"')
  const errorOf = async (sql: string) => (await warehouse.batch(sql)).Error
  const manifest = (body: unknown) =>
    warehouse.put('manifest.json', typeof body === 'string' ? body : JSON.stringify(body))

  it('takes its options in any order and case', async () => {
    const url = await warehouse.put('x.csv.gz', gzipSync("skipped\n1;'a;\"b'\n2;NULL\n"))
    const copied = await from(
      url,
      `IGNOREHEADER 1 NULL AS 'NULL' region as 'eu-west-1' GZIP QUOTE '''' maxerror 0
       DELIMITER AS ';' COMPUPDATE OFF encoding utf8`,
    )
    expect(copied.Error).toBeUndefined()
    expect(await loaded()).toEqual([
      ['1', 'a;"b'],
      ['2', null],
    ])
  })

  it('tells NULL, nothing and text from each other', async () => {
    await warehouse.batch(
      warehouse.copy('t', await warehouse.extract('1,\\N,\n2,"\\N",3\n3,,\\N\n')),
    )
    expect(await warehouse.rows('select * from t order by "a"')).toEqual([
      ['1', null, null],
      ['2', '\\N', '3'],
      ['3', '', null],
    ])
  })

  it('reads line breaks, quotes and delimiters inside quotes', async () => {
    const text = 'one\r\ntwo\n3, "4"'
    const body = `1,"${text.replaceAll('"', '""')}"\r\n2, "b" \n`
    await from(await warehouse.put('y.csv', body), '')
    expect(await loaded()).toEqual([
      ['1', text],
      ['2', 'b'],
    ])
  })

  it('gives a column that it does not load its default', async () => {
    const url = await warehouse.put('z.csv', '1\n')
    await warehouse.batch(`copy t ("a") from '${url}' iam_role default csv`)
    expect(await loaded()).toEqual([['1', 'none']])
  })

  it('loads a file that a manifest names twice, twice', async () => {
    const url = await warehouse.put('twice.csv', '1,"a"\n')
    await from(await manifest({ entries: [{ url }, { url, mandatory: true }] }), 'manifest')
    expect(await loaded()).toHaveLength(2)
  })

  it('passes over a file that is missing and not mandatory', async () => {
    const url = await warehouse.put('there.csv', '1,"a"\n')
    const missing = `s3://${BUCKET}/missing.csv`
    await from(await manifest({ entries: [{ url: missing }, { url }] }), 'manifest')
    expect(await loaded()).toHaveLength(1)
    const only = await from(await manifest({ entries: [{ url: missing }] }), 'manifest')
    expect(only.Error).toContain('No S3 file of the manifest')
  })

  it('fails when a mandatory file is missing', async () => {
    const url = `s3://${BUCKET}/missing.csv`
    const { Error: message } = await from(
      await manifest({ entries: [{ url, mandatory: true }] }),
      'manifest',
    )
    expect(message).toContain(`The specified S3 file does not exist: ${url}`)
  })

  it.each([
    ['is not JSON', '{'],
    ['has no entries', { files: [] }],
    ['has an empty list', { entries: [] }],
    ['has an entry without a url', { entries: [{ mandatory: true }] }],
    ['has an entry outside S3', { entries: [{ url: 'https://example.com/a' }] }],
    ['says neither yes nor no', { entries: [{ url: 's3://a/b', mandatory: 'yes' }] }],
  ])('fails when the manifest %s', async (_, body) => {
    const { Error: message } = await from(await manifest(body), 'manifest')
    expect(message).toContain('is invalid')
  })

  it('fails when there is no manifest, or no file', async () => {
    const nowhere = `s3://${BUCKET}/nowhere`
    expect((await from(nowhere, 'manifest')).Error).toContain('manifest does not exist')
    expect((await from(nowhere, '')).Error).toContain(`prefix 'nowhere' does not exist`)
  })

  it('fails when a file is not compressed as it is said to be', async () => {
    const { Error: message } = await from(await warehouse.put('plain.csv', '1,a\n'), 'zstd')
    expect(message).toContain('is not ZSTD')
  })

  it.each([
    ['an unknown option', `csv banana`, 'syntax error at or near "banana"'],
    ['TRUNCATECOLUMNS', 'csv truncatecolumns', "does not know COPY's TRUNCATECOLUMNS"],
    ['BZIP2', 'csv bzip2', "does not know COPY's BZIP2"],
    ['MAXERROR', 'csv maxerror 5', 'does not know COPY with a MAXERROR other than 0'],
    ['another format', 'format parquet', "does not know COPY's format PARQUET"],
    [
      'JSON without a table of its names',
      `json 'noshred'`,
      "does not know COPY's JSON AS 'noshred'",
    ],
    ['no format', '', 'does not know COPY of anything but CSV and JSON'],
    ['a long delimiter', `csv delimiter 'ab'`, 'DELIMITER must be a single character'],
  ])('refuses %s', async (_, options, message) => {
    const sql = `copy t from 's3://${BUCKET}/x' iam_role '${ROLE}' ${options}`
    expect(await errorOf(sql)).toContain(message)
  })

  it('refuses a role that is none, no role, a column and a table that are not there', async () => {
    const url = `'s3://${BUCKET}/x'`
    expect(await errorOf(`copy t from ${url} iam_role 'loader' csv`)).toContain('Invalid IAM role')
    expect(await errorOf(`copy t from ${url} csv`)).toContain('COPY needs authorization')
    expect(await errorOf(`copy t ("z") from ${url} iam_role default csv`)).toContain(
      'column "z" of relation "t" does not exist',
    )
    expect(await errorOf(`copy nope from ${url} iam_role default csv`)).toContain(
      'relation "nope" does not exist',
    )
  })

  it('counts what it loaded', async () => {
    const copied = await warehouse.batch(
      warehouse.copy('t', await warehouse.extract('1,a,1\n2,b,2\n')),
      'select case when pg_last_copy_count() = 2 then 1 else 1 / 0 end',
    )
    expect(copied.Error).toBeUndefined()
    expect(copied.SubStatements?.[0]?.ResultRows).toBe(2)
    expect(
      await warehouse.rows(
        `select status, loaded_rows, source_file_count from sys_load_history
         where query_id = ${copied.SubStatements?.[0]?.RedshiftQueryId}`,
      ),
    ).toEqual([['completed', '2', '1']])
  })

  it('loads 100,000 rows of 15 columns in seconds', async () => {
    const columns = Array.from({ length: 15 }, (_, i) =>
      i % 3 ? `"c${i}" varchar(20)` : `"c${i}" integer`,
    )
    await warehouse.run(`create table wide (${columns.join(', ')})`)
    const row = Array.from({ length: 15 }, (_, i) => (i % 3 ? `"text, ${i}"` : i)).join(',')
    const manifest = await warehouse.extract(`${row}\n`.repeat(100_000))
    const started = performance.now()
    const { SubStatements } = await warehouse.batch(warehouse.copy('wide', manifest))
    expect(SubStatements?.[0]?.ResultRows).toBe(100_000)
    expect(performance.now() - started).toBeLessThan(10_000)
  })
})
