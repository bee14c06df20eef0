import {
  CancelStatementCommand,
  DescribeStatementCommand,
  ExecuteStatementCommand,
} from '@aws-sdk/client-redshift-data'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { slow, startWarehouse, TARGET } from './warehouse.ts'

describe('the maintenance of tables', () => {
  let warehouse: Awaited<ReturnType<typeof startWarehouse>>
  beforeAll(async () => {
    warehouse = await startWarehouse()
    await warehouse.run(
      'create schema other',
      'create table t ("a" integer, "b" integer)',
      'create table other.t ("a" integer)',
      'create table small ("a" integer) diststyle all',
    )
  })
  afterAll(() => warehouse.stop())

  const begin = async (Sql: string) => {
    const answer = await warehouse.client.send(new ExecuteStatementCommand({ ...TARGET, Sql }))
    return answer.Id as string
  }
  const execute = async (sql: string) => warehouse.ended(await begin(sql))

  it.each([
    'analyze',
    'analyze t',
    'ANALYZE VERBOSE "other"."t"',
    'analyze t ("a", b) all columns',
    'analyze t predicate columns',
    'analyze all columns',
    'vacuum',
    'vacuum t',
    'VACUUM FULL "public"."t"',
    'vacuum sort only',
    'vacuum sort only t to 75 percent',
    'vacuum delete only other.t to 100 percent boost',
    'vacuum reindex t',
    'vacuum recluster t boost',
  ])('takes: %s', async (sql) => {
    expect(await execute(sql)).toMatchObject({ Status: 'FINISHED', HasResultSet: false })
  })

  it.each([
    ['analyze nowhere', 'relation "nowhere" does not exist'],
    ['analyze other.small', 'relation "other.small" does not exist'],
    ['analyze t (c)', 'column "c" of relation "t" does not exist'],
    ['analyze t, small', 'syntax error at or near ","'],
    ['analyze compression t', 'does not know ANALYZE COMPRESSION'],
    ['vacuum nowhere', 'relation "nowhere" does not exist'],
    ['vacuum sort t', 'relation "sort" does not exist'],
    ['vacuum t analyze', 'syntax error at or near "analyze"'],
    ['vacuum delete only t, small', 'syntax error at or near ","'],
    ['vacuum to 75 percent', 'needs the name of a table'],
    ['vacuum t to 101 percent', 'TO 101 PERCENT: the threshold is between 0 and 100'],
    ['vacuum reindex t to 75 percent', 'VACUUM REINDEX takes no TO threshold PERCENT'],
    ['vacuum recluster t to 75 percent', 'VACUUM RECLUSTER takes no TO threshold PERCENT'],
    ['vacuum recluster', 'VACUUM RECLUSTER needs the name of a table'],
    ['vacuum recluster small', 'VACUUM RECLUSTER is not for DISTSTYLE ALL'],
    ['vacuum boost', 'relation "boost" does not exist'],
  ])('refuses: %s', async (sql, message) => {
    expect(await execute(sql)).toMatchObject({
      Status: 'FAILED',
      Error: expect.stringContaining(message),
    })
  })

  it('lets ANALYZE into a transaction, and VACUUM not', async () => {
    expect(await warehouse.batch('insert into t values (1, 2)', 'analyze t')).toMatchObject({
      Status: 'FINISHED',
    })
    expect((await warehouse.batch('vacuum t')).Error).toContain(
      'VACUUM cannot run inside a transaction block',
    )
  })

  it('runs one VACUUM at a time, once nobody has its table locked', async () => {
    const holder = await warehouse.submit(['lock t', slow(16)])
    const describe = (Id: string) => warehouse.client.send(new DescribeStatementCommand({ Id }))
    while ((await describe(holder)).SubStatements?.[0]?.Status !== 'FINISHED');
    let first = await begin('vacuum t')
    let second = await execute('vacuum small')
    // The first may not have begun yet, or may have come upon the second.
    while (second.Status === 'FINISHED') {
      if ((await describe(first)).Status === 'FAILED') first = await begin('vacuum t')
      second = await execute('vacuum small')
    }
    expect(second.Error).toContain('VACUUM is running')
    await warehouse.client.send(new CancelStatementCommand({ Id: holder }))
    expect((await warehouse.ended(first)).Status).toBe('FINISHED')
    expect((await execute('vacuum small')).Status).toBe('FINISHED')
  })
})
