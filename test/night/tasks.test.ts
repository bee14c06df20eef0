import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RedshiftDataClient } from '@aws-sdk/client-redshift-data'
import { ListObjectsV2Command } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { date as date_, generator, integer, sql, table, transform } from '#lib'
import { graphOf } from '../../lib/graph/graph.ts'
import { type Bucket, bucketOf } from '../../lib/manifest/bucket.ts'
import { prepareNight } from '../../lib/night/prepare.ts'
import { readReceipt } from '../../lib/night/receipt.ts'
import { noteFailure, reportNight } from '../../lib/night/report.ts'
import type { TaskInput } from '../../lib/night/task.ts'
import { extractTask, loadTask, transformTask } from '../../lib/night/tasks.ts'
import { type Warehouse, warehouseOf } from '../../lib/redshift/client.ts'
import { definition } from '../../lib/table/definition.ts'
import { startRedshift } from '../../local/redshift/redshift.ts'
import { type S3, startS3 } from '../../local/services/s3.ts'

let directory: string
let s3: S3
let redshift: Awaited<ReturnType<typeof startRedshift>>
let bucket: Bucket
let warehouse: Warehouse
let reads = 0

const numbers = table('numbers', {
  columns: { id: integer() },
  from: generator(function* () {
    reads++
    yield* [{ id: 1 }, { id: 2 }]
  }),
  row: (row) => row,
})
const broken = table('broken', {
  columns: { id: integer() },
  from: generator(() => [{ id: 2 ** 40 }]),
  row: (row) => row,
})
const doubles = transform('doubles', {
  select: { id: integer().as(sql`2 * ${numbers.id}`) },
  from: sql`${numbers}`,
})
const after = transform('after', { select: { id: broken.id }, from: sql`${broken}` })
const graph = graphOf([numbers, broken, doubles, after])
const date = '2026-11-23'

beforeAll(async () => {
  jest.spyOn(console, 'log').mockImplementation(() => {})
  directory = mkdtempSync(join(tmpdir(), 'usher-tasks-test-'))
  s3 = await startS3(join(directory, 's3'), ['staging'])
  redshift = await startRedshift({ file: join(directory, 'warehouse.duckdb'), s3: s3.client })
  bucket = bucketOf('staging', s3.client)
  const client = new RedshiftDataClient({
    endpoint: redshift.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  warehouse = warehouseOf({ workgroup: 'test', database: 'warehouse' }, client)
})
afterAll(async () => {
  await redshift.close()
  await s3.stop()
  rmSync(directory, { recursive: true })
})

const tools = () => ({
  graph,
  bucket,
  warehouse,
  milliseconds: 60_000,
  copyRole: 'arn:aws:iam::111111111111:role/copy',
})
const prepare = (run: string, input: object = { date }) =>
  prepareNight({ ...tools(), timeZone: 'UTC' }, input, run)
const input = (name: string, run: string, more: Partial<TaskInput> = {}): TaskInput => ({
  ...{ table: name, date, run, tables: [], force: false },
  ...more,
})
const keys = async (Prefix: string) => {
  const found = await s3.client.send(new ListObjectsV2Command({ Bucket: 'staging', Prefix }))
  return (found.Contents ?? []).map(({ Key }) => Key)
}

describe('a night, task by task', () => {
  it('prepares the schemas, whatever it is asked to do', async () => {
    expect(await prepare('one')).toEqual({ date, run: 'one', tables: [], force: false })
    const rows = await warehouse.query({
      text: 'select count(*) as n from usher.loads',
      parameters: {},
    })
    expect(rows).toEqual([{ n: '0' }])
  })

  it('skips a table whose upstream is not complete, and says how to do both', async () => {
    await expect(transformTask(tools(), input('doubles', 'one'))).rejects.toMatchObject({
      name: 'DependencyIncomplete',
      message: 'numbers is not complete for 2026-11-23 (+doubles does that too)',
    })
  })

  it('extracts, loads, writes the receipt, and clears up', async () => {
    const extracted = await extractTask(tools(), input('numbers', 'one'))
    expect(extracted).toMatchObject({ table: 'numbers', outcome: 'extracted', rows: 2 })
    expect(JSON.stringify(extracted).length).toBeLessThan(400)
    expect(await keys(`staging/public.numbers/date=${date}/${extracted.attempt}`)).toHaveLength(3)
    expect(await loadTask(tools(), extracted)).toMatchObject({ outcome: 'loaded', rows: 2 })
    expect(await readReceipt(bucket, numbers[definition], date)).toMatchObject({
      ...{ table: 'numbers', date, run: 'one', rows: 2 },
    })
    expect(await keys('staging/')).toEqual([])
    // The same load again, as after a lost answer: all is done, nothing is left to do it with.
    expect(await loadTask(tools(), extracted)).toMatchObject({ outcome: 'loaded', rows: 2 })
  })

  it('does not read again what is complete, nor what was not asked for', async () => {
    reads = 0
    expect(await extractTask(tools(), input('numbers', 'two'))).toMatchObject({
      outcome: 'complete',
    })
    const other = input('numbers', 'two', { tables: ['doubles'], date: '2026-11-22' })
    expect(await extractTask(tools(), other)).toMatchObject({ outcome: 'not asked for' })
    expect(
      await loadTask(tools(), await extractTask(tools(), input('numbers', 'two'))),
    ).toMatchObject({
      outcome: 'complete',
    })
    expect(reads).toBe(0)
  })

  it('transforms once its upstream is complete', async () => {
    expect(await transformTask(tools(), input('doubles', 'one'))).toMatchObject({ rows: 2 })
    const rows = await warehouse.query({ text: 'select sum(id) as n from doubles', parameters: {} })
    expect(rows).toEqual([{ n: '6' }])
  })

  it('reports what failed, what was skipped, and the input that does the rest', async () => {
    const problem = await extractTask(tools(), input('broken', 'one')).catch(
      (error: Error) => error,
    )
    const { name, message } = problem as Error
    const Cause = JSON.stringify({ errorType: name, errorMessage: message })
    await noteFailure(tools(), { table: 'broken', run: 'one', error: { Error: name, Cause } })
    const skipped = {
      Error: 'DependencyIncomplete',
      Cause: '{"errorMessage":"broken is not complete"}',
    }
    await noteFailure(tools(), { table: 'after', run: 'one', error: skipped })
    const report = await reportNight(tools(), { date, run: 'one', tables: [], force: false })
    expect(report).toMatchObject({ complete: false, tables: 4, rows: 4 })
    expect(report.message).toBe(
      [
        '2 of 4 tables are not complete for 2026-11-23.',
        `broken failed: broken.id: '1099511627776' is out of range for integer`,
        'after was skipped: broken is not complete',
        'To do these and no others, start an execution with {"date":"2026-11-23"}',
      ].join('\n'),
    )
  })

  it('reports a table whose task left no word', async () => {
    const night = { date, run: 'three', tables: ['broken'], force: false }
    expect((await reportNight(tools(), night)).message).toContain(
      'broken failed: its task left no word',
    )
  })

  it('forgets receipts when it is forced, of what was asked for and no more', async () => {
    await prepare('four', { date, tables: ['doubles'], force: true })
    expect(await readReceipt(bucket, doubles[definition], date)).toBeUndefined()
    expect(await readReceipt(bucket, numbers[definition], date)).toBeDefined()
    expect(await transformTask(tools(), input('doubles', 'four'))).toMatchObject({
      outcome: 'loaded',
    })
  })

  it('reads again the days that have changed, and only those', async () => {
    const days: Record<string, number[]> = { '2026-11-21': [1], '2026-11-22': [2], [date]: [3] }
    const read: string[] = []
    const own = table('daily', {
      columns: { day: date_(), id: integer() },
      from: {
        source: { name: 'test', kind: 'generator', packages: [] },
        days: { count: 3, fingerprint: async ({ date }) => JSON.stringify(days[date] ?? []) },
        async *read({ date }) {
          read.push(date)
          yield (days[date] ?? []).map((id) => ({ id, day: date }))
        },
      },
      publish: { partition: 'day' },
      row: (row) => row,
    })
    const daily = { ...tools(), graph: graphOf([own]) }
    const night = async (date: string, run: string) => {
      const task = { ...input('daily', run), date }
      return loadTask(daily, await extractTask(daily, task))
    }
    const rows = () =>
      warehouse.query({ text: 'select day, id from daily order by id', parameters: {} })

    expect(await night(date, 'monday')).toMatchObject({ outcome: 'loaded', rows: 3 })
    expect(read).toEqual(['2026-11-21', '2026-11-22', date])
    read.length = 0
    days['2026-11-22'] = [20, 21]
    expect(await night('2026-11-24', 'tuesday')).toMatchObject({ outcome: 'loaded', rows: 2 })
    // Nothing came of Tuesday itself; Monday is as it was.
    expect(read).toEqual(['2026-11-22', '2026-11-24'])
    expect(await rows()).toEqual([
      { day: '2026-11-21', id: '1' },
      { day: date, id: '3' },
      { day: '2026-11-22', id: '20' },
      { day: '2026-11-22', id: '21' },
    ])
    expect(await keys('staging/')).toEqual([])
  })

  it('stops an extract in time, and leaves nothing of it', async () => {
    const slow = table('slow', {
      columns: { id: integer() },
      from: generator(async function* () {
        for (let id = 0; ; id++) {
          yield { id }
          if (id % 100 === 0) await new Promise((resolve) => setTimeout(resolve, 10))
        }
      }),
      row: (row) => row,
    })
    const hurried = { graph: graphOf([slow]), bucket, milliseconds: 10_300 }
    await expect(extractTask(hurried, input('slow', 'one'))).rejects.toMatchObject({
      name: 'OutOfTime',
      message: expect.stringContaining('slow: the extract is not done in'),
    })
    expect(await keys('staging/')).toEqual([])
  })
})
