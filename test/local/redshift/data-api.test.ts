import {
  BatchExecuteStatementCommand,
  CancelStatementCommand,
  DescribeStatementCommand,
  ExecuteStatementCommand,
  GetStatementResultCommand,
  ListStatementsCommand,
} from '@aws-sdk/client-redshift-data'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { slow, startWarehouse, TARGET } from './warehouse.ts'

describe('the Data API of the stand-in', () => {
  let warehouse: Awaited<ReturnType<typeof startWarehouse>>
  beforeAll(async () => {
    warehouse = await startWarehouse()
  })
  afterAll(() => warehouse.stop())

  const execute = (Sql: string, more = {}) =>
    warehouse.client.send(new ExecuteStatementCommand({ ...TARGET, Sql, ...more }))
  const submit = (more: object) =>
    warehouse.client.send(
      new BatchExecuteStatementCommand({ ...TARGET, Sqls: ['select 1'], ...more }),
    )

  it('gives an id at once, and the end of the statement when it is waited for', async () => {
    const { Id } = await execute('select 1 as one')
    const answer = await warehouse.ended(Id as string)
    expect(answer).toMatchObject({ Status: 'FINISHED', HasResultSet: true, ResultRows: 1 })
    expect(answer.CreatedAt).toBeInstanceOf(Date)
    expect(answer.Database).toBe('warehouse')
  })

  it('gives the status with the id when it is told to wait', async () => {
    expect(await execute('select 1', { WaitTimeSeconds: 5 })).toMatchObject({ Status: 'FINISHED' })
  })

  it('gives each value as the field of its type', async () => {
    const { Id } = await execute(
      `select 1 as a, 1.50::decimal(5,2) as b, 2.5::float8 as c, true as d, null as e, 'x' as f,
         date '2026-11-23' as g, timestamp '2026-11-23 10:00:00' as h, 9007199254740993 as i`,
      { WaitTimeSeconds: 5 },
    )
    const { Records, ColumnMetadata } = await warehouse.client.send(
      new GetStatementResultCommand({ Id }),
    )
    expect(Records?.[0]?.slice(0, 8)).toEqual([
      { longValue: 1 },
      { stringValue: '1.50' },
      { doubleValue: 2.5 },
      { booleanValue: true },
      { isNull: true },
      { stringValue: 'x' },
      { stringValue: '2026-11-23' },
      { stringValue: '2026-11-23 10:00:00' },
    ])
    expect(ColumnMetadata?.map(({ name, typeName }) => `${name} ${typeName}`).slice(0, 3)).toEqual([
      'a int4',
      'b numeric',
      'c float8',
    ])
  })

  it('gives long results page by page', async () => {
    const digits = '(select 0 n union all select 1 union all select 2 union all select 3) '
    const { Id } = await execute(
      `select a.n from ${[...'abcdef'].map((name) => `${digits}${name}`).join(' cross join ')}`,
      { WaitTimeSeconds: 5 },
    )
    let rows = 0
    let NextToken: string | undefined
    do {
      const page = await warehouse.client.send(new GetStatementResultCommand({ Id, NextToken }))
      rows += page.Records?.length ?? 0
      NextToken = page.NextToken
    } while (NextToken)
    expect(rows).toBe(4 ** 6)
  })

  it('tells of each statement of a batch', async () => {
    const { Id, SubStatements } = await warehouse.batch('select 1', 'select 2 union all select 3')
    expect(SubStatements).toMatchObject([
      { Id: `${Id}:1`, Status: 'FINISHED', ResultRows: 1, HasResultSet: true },
      {
        Id: `${Id}:2`,
        Status: 'FINISHED',
        ResultRows: 2,
        QueryString: 'select 2 union all select 3',
      },
    ])
    expect(SubStatements?.[0]?.RedshiftQueryId).toBeGreaterThan(0)
  })

  it('gives the same id for the same token', async () => {
    const first = await submit({ ClientToken: 'night' })
    expect((await submit({ ClientToken: 'night' })).Id).toBe(first.Id)
    expect((await submit({ ClientToken: 'other' })).Id).not.toBe(first.Id)
  })

  it('puts parameters in their places, as text of any kind', async () => {
    const value = `it's a \\ "b" :c`
    const Id = await warehouse.submit(
      ['select :a as a', 'select cast(:b as integer) + 1'],
      undefined,
      [
        { name: 'a', value },
        { name: 'b', value: '41' },
      ],
    )
    await warehouse.ended(Id)
    const result = (n: number) =>
      warehouse.client.send(new GetStatementResultCommand({ Id: `${Id}:${n}` }))
    expect((await result(1)).Records).toEqual([[{ stringValue: value }]])
    expect((await result(2)).Records).toEqual([[{ longValue: 42 }]])
  })

  it('refuses what the API refuses', async () => {
    const parameters = (Parameters: object[]) => submit({ Sqls: ['select :a'], Parameters })
    await expect(submit({ Sqls: [] })).rejects.toThrow('1 to 40')
    await expect(submit({ Sqls: Array(41).fill('select 1') })).rejects.toThrow('1 to 40')
    await expect(submit({ WorkgroupName: undefined })).rejects.toThrow('WorkgroupName is required')
    await expect(submit({ Database: undefined })).rejects.toThrow('Database is required')
    await expect(submit({ ClientToken: 'x'.repeat(65) })).rejects.toThrow('between 1 and 64')
    await expect(submit({ WaitTimeSeconds: 31 })).rejects.toThrow('between 1 and 30')
    await expect(submit({ ExecutionMode: 'OTHER' })).rejects.toThrow('ExecutionMode')
    await expect(submit({ Sqls: [`select '${'x'.repeat(102_400)}'`] })).rejects.toThrow('100 KB')
    await expect(parameters([{ name: 'a', value: '' }])).rejects.toThrow('at least one character')
    await expect(parameters([{ name: 'b', value: 'x' }])).rejects.toThrow('"a" has no value')
    await expect(submit({ Parameters: [{ name: 'b', value: 'x' }] })).rejects.toThrow(
      '"b" is not used',
    )
    await expect(submit({ Sqls: ['select :a'] })).rejects.toMatchObject({
      name: 'ValidationException',
    })
  })

  it('knows no statement of another id', async () => {
    const Id = 'd9b6c0c9-0747-4bf4-b142-e8883122f766'
    await expect(warehouse.client.send(new DescribeStatementCommand({ Id }))).rejects.toMatchObject(
      {
        name: 'ResourceNotFoundException',
      },
    )
  })

  it('lists statements by the beginning of their name, the newest first', async () => {
    const first = await submit({ StatementName: 'usher a', WaitTimeSeconds: 5 })
    const second = await submit({ StatementName: 'usher ab', WaitTimeSeconds: 5 })
    const list = (StatementName: string, Status?: 'FINISHED' | 'FAILED') =>
      warehouse.client.send(new ListStatementsCommand({ StatementName, Status }))
    const { Statements } = await list('usher a')
    expect(Statements?.map(({ Id }) => Id)).toEqual([second.Id, first.Id])
    expect((await list('usher ab')).Statements).toMatchObject([
      { StatementName: 'usher ab', Status: 'FINISHED', QueryStrings: ['select 1'] },
    ])
    expect((await list('usher a', 'FAILED')).Statements).toEqual([])
  })

  it('cancels a batch that waits, and rolls it back', async () => {
    await warehouse.run('create table held ("a" integer)', 'create table other ("a" integer)')
    const holder = await warehouse.submit(['lock held', slow(12)])
    const waiter = await warehouse.submit(['insert into other values (1)', 'lock held'])
    await new Promise((resolve) => setTimeout(resolve, 100))
    for (const Id of [waiter, holder]) {
      const { Status } = await warehouse.client.send(new CancelStatementCommand({ Id }))
      expect(Status).toBe(true)
      expect((await warehouse.ended(Id)).Status).toBe('ABORTED')
    }
    expect(await warehouse.rows('select count(*) from other')).toEqual([['0']])
    await expect(warehouse.client.send(new CancelStatementCommand({ Id: waiter }))).rejects.toThrow(
      'already in ABORTED state',
    )
  })
})
