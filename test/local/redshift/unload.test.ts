import { GetObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { BUCKET, ROLE, startWarehouse } from './warehouse.ts'

describe('UNLOAD', () => {
  let warehouse: Awaited<ReturnType<typeof startWarehouse>>
  beforeAll(async () => {
    warehouse = await startWarehouse()
    await warehouse.run(
      'create table t ("a" integer, "b" varchar(10), "c" timestamptz)',
      `insert into t values (1, 'it''s', '2026-11-23 10:00:00+02'), (2, null, null), (3, 'x', null)`,
      'create table odd ("a" integer, "s" super, "v" varbyte(4))',
    )
  })
  afterAll(() => warehouse.stop())

  const to = (place: string) => `to 's3://${BUCKET}/${place}' iam_role '${ROLE}'`
  const all = 'format as parquet manifest verbose'
  const keys = async (Prefix: string) => {
    const { Contents = [] } = await warehouse.s3.send(
      new ListObjectsV2Command({ Bucket: BUCKET, Prefix }),
    )
    return Contents.map(({ Key }) => Key)
  }

  it('writes files, and what is in them', async () => {
    const sql = `unload ('select "a", "b", "c" from t where b = ''it''''s'' or a > 1') ${to('one/')} ${all}`
    expect(await warehouse.batch(sql)).toMatchObject({ Status: 'FINISHED' })
    const parts = ['one/0000_part_00.parquet', 'one/0001_part_00.parquet']
    expect(await keys('one/')).toEqual([...parts, 'one/manifest'])
    const { Body } = await warehouse.s3.send(
      new GetObjectCommand({ Bucket: BUCKET, Key: 'one/manifest' }),
    )
    expect(JSON.parse((await Body?.transformToString()) ?? '')).toMatchObject({
      entries: [
        { url: `s3://${BUCKET}/${parts[0]}`, meta: { record_count: 2 } },
        { url: `s3://${BUCKET}/${parts[1]}`, meta: { record_count: 1 } },
      ],
      meta: { record_count: 3 },
    })
  })

  it('writes nothing but its manifest where there are no rows', async () => {
    await warehouse.run(`unload ('select a from t where a > 9') ${to('none/')} ${all}`)
    expect(await keys('none/')).toEqual(['none/manifest'])
  })

  it('writes over what is there only where it is told to', async () => {
    const sql = `unload ('select a from t') ${to('over/')} ${all}`
    await warehouse.run(sql)
    expect((await warehouse.batch(sql)).Error).toContain('destination on S3 is not empty')
    expect(await warehouse.batch(`${sql} allowoverwrite`)).toMatchObject({ Status: 'FINISHED' })
  })

  it.each([
    [`unload ('select a from t limit 1') ${to('x/')} ${all}`, 'Limit clause is not supported'],
    [`unload ('delete from t') ${to('x/')} ${all}`, 'syntax error at or near "delete"'],
    [`unload ('select a from gone') ${to('x/')} ${all}`, 'gone'],
    [`unload ('select s from odd') ${to('x/')} ${all}`, 'does not take s, which is SUPER'],
    [`unload ('select v from odd') ${to('x/')} ${all}`, 'does not take v, which is VARBYTE'],
    [`unload ('select a from t') to 's3://${BUCKET}/x/' ${all}`, 'needs authorization'],
    [`unload ('select a from t') ${to('x/')} manifest verbose`, 'say FORMAT PARQUET'],
    [`unload ('select a from t') ${to('x/')} format parquet`, 'without MANIFEST VERBOSE'],
    [`unload ('select a from t') ${to('x/')} ${all} gzip`, "does not know UNLOAD's GZIP"],
    [`unload ('select a from t') ${to('x/')} ${all} encrypted`, 'KMS_KEY_ID and ENCRYPTED'],
    [`unload ('select a from t') ${to('x/')} ${all} manifest verbose`, 'redundant options'],
  ])('refuses: %s', async (sql, problem) => {
    const { Status, Error: error } = await warehouse.batch(sql)
    expect([Status, error]).toEqual(['FAILED', expect.stringContaining(problem)])
    expect(await keys('x/')).toEqual([])
  })
})
