import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import {
  CancelStatementCommand,
  DescribeStatementCommand,
  ListStatementsCommand,
  RedshiftDataClient,
} from '@aws-sdk/client-redshift-data'
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { generator, integer, runDate, sql, table, task, transform, transient } from '#lib'
import { Failure } from '../../lib/error.ts'
import { graphOf } from '../../lib/graph/graph.ts'
import { type Bucket, bucketOf } from '../../lib/manifest/bucket.ts'
import { prepareNight } from '../../lib/night/prepare.ts'
import { findReceipt, readReceipt, receiptKey } from '../../lib/night/receipt.ts'
import { noteFailure } from '../../lib/night/report.ts'
import { runTask } from '../../lib/night/run.ts'
import type { TaskInput } from '../../lib/night/task.ts'
import { extractTask, loadTask, transformTask } from '../../lib/night/tasks.ts'
import { type Warehouse, warehouseOf } from '../../lib/redshift/client.ts'
import { definition, type TaskContext } from '../../lib/table/definition.ts'
import { startRedshift } from '../../local/redshift/redshift.ts'
import { type S3, startS3 } from '../../local/services/s3.ts'
import { slow } from '../local/redshift/warehouse.ts'
import { conclude } from './conclude.ts'

let directory: string
let s3: S3
let redshift: Awaited<ReturnType<typeof startRedshift>>
let client: RedshiftDataClient
let bucket: Bucket
let warehouse: Warehouse

const numbers = table('numbers', {
  columns: { id: integer() },
  from: generator(() => [{ id: 1 }, { id: 2 }]),
  row: (row) => row,
})
/** What the task does in the test at hand. */
let work: (context: TaskContext) => Promise<void> = async () => {}
const tidy = task('tidy', { after: [numbers], run: (context) => work(context) })
const copies = transform('copies', {
  select: { id: numbers.id },
  from: sql`${numbers}`,
  after: [tidy],
})
const other = task('other', { run: async () => {} })
const graph = graphOf([numbers, tidy, copies, other])
const date = '2026-11-23'

beforeAll(async () => {
  jest.spyOn(process.stdout, 'write').mockImplementation(() => true)
  directory = mkdtempSync(join(tmpdir(), 'usher-run-test-'))
  s3 = await startS3(join(directory, 's3'), ['staging'])
  redshift = await startRedshift({ file: join(directory, 'warehouse.duckdb'), s3: s3.client })
  bucket = bucketOf('staging', s3.client)
  client = new RedshiftDataClient({
    endpoint: redshift.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  warehouse = warehouseOf({ workgroup: 'test', database: 'warehouse' }, client)
  await prepare('first')
  await transaction('create table done ("day" date, "what" varchar(20))')
})
afterAll(async () => {
  await redshift.close()
  await s3.stop()
  rmSync(directory, { recursive: true })
})
beforeEach(async () => {
  work = async () => {}
  // Each test is a night of its own.
  await bucket.delete(await bucket.list('locks/'))
  await bucket.delete([receiptKey(tidy[definition], date)])
})

const tools = (milliseconds = 60_000) => ({ graph, bucket, warehouse, milliseconds })
const prepare = (run: string, more: object = {}) =>
  prepareNight(
    { ...tools(), timeZone: 'UTC', isRunning: async () => false },
    {
      input: { date, ...more },
      run,
      execution: run,
      redrives: 0,
      startedAt: '2026-11-24T03:30:00Z',
    },
  )
const input = (name: string, run = 'first', more: Partial<TaskInput> = {}): TaskInput => ({
  ...{ table: name, date, run, tables: [], force: false },
  ...more,
})
const report = (run: string, tables: string[] = []) =>
  conclude(tools(), { date, run, tables, force: false, redrives: 0, redriven: 0 })
const load = async () => {
  const role = { copyRole: 'arn:aws:iam::111111111111:role/copy' }
  return loadTask({ ...tools(), ...role }, await extractTask(tools(), input('numbers')))
}
const transaction = (text: string) => warehouse.transaction(text, [{ text, parameters: {} }])
/** The statements that a run's task has sent, the newest first. */
const statements = async (run: string, name = 'tidy') => {
  const StatementName = `usher ${run} ${name} `
  const list = new ListStatementsCommand({ StatementName, Status: 'ALL' })
  return ((await client.send(list)).Statements ?? []).map(({ QueryString }) => QueryString)
}

describe('a task', () => {
  it('is skipped while what it comes after is not complete; so is what comes after it', async () => {
    await expect(runTask(tools(), input('tidy'))).rejects.toMatchObject({
      name: 'DependencyIncomplete',
      message: 'numbers is not complete for 2026-11-23 (+tidy does that too)',
    })
    await load()
    await expect(transformTask(tools(), input('copies'))).rejects.toMatchObject({
      name: 'DependencyIncomplete',
      message: 'tidy is not complete for 2026-11-23 (+copies does that too)',
    })
  })

  it('runs once for a date, and lets go on what comes after it', async () => {
    let runs = 0
    work = async ({ date: day, signal }) => {
      runs++
      expect([day, signal.aborted]).toEqual([date, false])
    }
    expect(await runTask(tools(), input('tidy'))).toMatchObject({ table: 'tidy', outcome: 'done' })
    expect(await runTask(tools(), input('tidy'))).toMatchObject({ outcome: 'complete' })
    expect(await bucket.get(`receipts/tasks/tidy/date=${date}.json`)).toMatchObject({
      ...{ table: 'tidy', date, run: 'first' },
    })
    expect(runs).toBe(1)
    expect(await transformTask(tools(), input('copies'))).toMatchObject({ rows: 2 })
  })

  it('is not done for an earlier date by being done for a later one', async () => {
    await runTask(tools(), input('tidy'))
    const earlier = { date: '2026-11-22', force: false }
    expect(await findReceipt(bucket, numbers[definition], earlier)).toBeDefined()
    expect(await findReceipt(bucket, tidy[definition], earlier)).toBeUndefined()
  })

  it('is left alone where it was not asked for, and done again where it is forced', async () => {
    await runTask(tools(), input('tidy'))
    const asked = input('tidy', 'first', { tables: ['numbers'], date: '2026-11-20' })
    expect(await runTask(tools(), asked)).toMatchObject({ outcome: 'not asked for' })
    await prepare('forced', { tables: ['tidy'], force: true })
    expect(await readReceipt(bucket, tidy[definition], date)).toBeUndefined()
    expect(await readReceipt(bucket, numbers[definition], date)).toBeDefined()
  })

  it('keeps its receipt where no table of any name has one', () => {
    const own = table('tidy', {
      ...{ schema: 'tasks', columns: { id: integer() } },
      from: generator(() => [{ id: 1 }]),
      row: (row) => row,
    })
    expect(receiptKey(own[definition], date)).toBe(`receipts/tasks.tidy/date=${date}.json`)
    expect(receiptKey(tidy[definition], date)).toBe(`receipts/tasks/tidy/date=${date}.json`)
  })

  it('runs statements with their values bound, and reads rows', async () => {
    work = async ({ warehouse }) => {
      await warehouse.execute(sql`insert into done values (${runDate}, ${`it's`})`)
      await warehouse.execute(sql`analyze ${numbers}`)
      await warehouse.execute(sql`vacuum delete only ${numbers}`)
      const rows = await warehouse.query(sql`select id from ${numbers} where id > ${1}`)
      expect(rows).toEqual([{ id: '2' }])
    }
    await runTask(tools(), input('tidy', 'bound'))
    expect((await redshift.query('select day, what from done')).rows).toEqual([[date, `it's`]])
    expect(await statements('bound')).toEqual([
      'select id from "public"."numbers" where id > 1',
      'vacuum delete only "public"."numbers"',
      'analyze "public"."numbers"',
      "insert into done values (cast('2026-11-23' as date), 'it''s')",
    ])
    await transaction('delete from done')
  })

  it('fails by its own name where the warehouse refuses, and alone', async () => {
    work = ({ warehouse }) => warehouse.execute(sql`analyze nowhere`)
    const failed = await runTask(tools(), input('tidy', 'refused')).catch((error: Error) => error)
    expect(failed).toMatchObject({
      name: 'WarehouseRefused',
      message: 'tidy: ERROR: relation "nowhere" does not exist',
    })
    const { name, message } = failed as Error
    const Cause = JSON.stringify({ errorMessage: message })
    const error = { Error: name, Cause }
    await noteFailure(tools(), { table: 'tidy', run: 'refused', error })
    expect(await bucket.get('runs/refused/tasks/tidy.failed.json')).toMatchObject({ error: name })
    await runTask(tools(), input('other'))
    await expect(report('refused')).rejects.toMatchObject({
      name: 'NightIncomplete',
      message: [
        '1 of 2 tasks is not complete for 2026-11-23.',
        `tidy failed: ${message}`,
        'To do these and no others, redrive this execution, or start one with {"date":"2026-11-23"}',
      ].join('\n'),
    })
  })

  it('is counted beside the tables', async () => {
    await expect(report('empty', ['numbers', 'tidy'])).rejects.toThrow(
      '1 of 1 task is not complete for 2026-11-23.\ntidy failed: its task left no word',
    )
    await runTask(tools(), input('tidy'))
    expect(await report('first')).toMatchObject({
      ...{ tables: 2, tasks: 2, rows: 4 },
      message: '2 tables and 2 tasks are complete for 2026-11-23',
    })
    const late = { date: '2026-11-24', run: 'late', force: false, redrives: 0, redriven: 0 }
    await expect(conclude(tools(), { ...late, tables: [] })).rejects.toThrow(
      '2 of 2 tables and 2 of 2 tasks are not complete for 2026-11-24.',
    )
  })

  it('says what is worth another try', async () => {
    work = async () => {
      throw transient('the files are not there yet')
    }
    await expect(runTask(tools(), input('tidy'))).rejects.toMatchObject({
      name: 'Transient',
      message: 'the files are not there yet',
    })
    expect(await readReceipt(bucket, tidy[definition], date)).toBeUndefined()
  })

  it('is told in time that its time is up', async () => {
    work = async ({ signal }) => {
      await sleep(60_000, undefined, { signal })
    }
    await expect(runTask(tools(10_050), input('tidy'))).rejects.toMatchObject({
      name: 'OutOfTime',
      message: expect.stringContaining('tidy: the task is not done in'),
    })
  })
})

describe('a statement that outlives its function', () => {
  const insert = sql`insert into done values (${runDate}, 'before')`
  let holder: string

  /** A VACUUM waits for as long as somebody has its table locked. */
  const hold = async () => {
    const lock = ['lock numbers', slow(16)].map((text) => ({ text, parameters: {} }))
    const held = warehouse.transaction('holder', lock)
    held.catch(() => {})
    for (let locked = false; !locked; ) {
      const list = new ListStatementsCommand({ StatementName: 'holder', Status: 'STARTED' })
      const Id = (await client.send(list)).Statements?.[0]?.Id
      if (!Id) continue
      const { SubStatements } = await client.send(new DescribeStatementCommand({ Id }))
      locked = SubStatements?.[0]?.Status === 'FINISHED'
      holder = Id
    }
  }
  /** Has time for statements that end at once, and for no others. */
  const impatient = () => {
    const rowsOf = async (Id: string) => {
      const { Status } = await client.send(new DescribeStatementCommand({ Id, WaitTimeSeconds: 1 }))
      if (Status !== 'FINISHED') throw new Failure('StillRunning', `${Id} goes on`)
      return warehouse.rowsOf(Id)
    }
    return { ...tools(), warehouse: { ...warehouse, rowsOf } }
  }
  const release = () => client.send(new CancelStatementCommand({ Id: holder }))

  beforeEach(async () => {
    await transaction('delete from done')
    work = async ({ warehouse }) => {
      await warehouse.execute(insert)
      await warehouse.execute(sql`vacuum ${numbers}`)
      await warehouse.execute(insert)
    }
  })

  it('is awaited by the next try, which does nothing twice', async () => {
    await hold()
    for (let tried = 0; tried < 3; tried++) {
      await expect(runTask(impatient(), input('tidy', 'long'))).rejects.toMatchObject({
        name: 'StillRunning',
      })
    }
    expect(await statements('long')).toEqual([
      'vacuum "public"."numbers"',
      expect.stringContaining('insert'),
    ])
    await release()
    await runTask(tools(), input('tidy', 'long'))
    expect(await statements('long')).toHaveLength(3)
    expect((await redshift.query('select count(*) from done')).rows).toEqual([['2']])
    expect(await bucket.get('runs/long/tasks/tidy.begun.json')).toBeUndefined()
  })

  it('is awaited also where the function was ended without a word', async () => {
    work = ({ warehouse }) => warehouse.execute(sql`vacuum ${numbers}`)
    await hold()
    await expect(runTask(tools(1000), input('tidy', 'lost'))).rejects.toThrow('goes on in Redshift')
    await bucket.delete(['runs/lost/tasks/tidy.begun.json'])
    // Another that began now would be refused while the first goes on.
    await expect(runTask(tools(1000), input('tidy', 'lost'))).rejects.toThrow('goes on in Redshift')
    await release()
    await runTask(tools(), input('tidy', 'lost'))
    expect(await statements('lost')).toEqual(['vacuum "public"."numbers"'])
  })

  it('is run again by a try that is a new one', async () => {
    let tries = 0
    work = async ({ warehouse }) => {
      await warehouse.execute(insert)
      if (tries++ === 0) throw transient('once more')
    }
    await expect(runTask(tools(), input('tidy', 'again'))).rejects.toThrow('once more')
    await runTask(tools(), input('tidy', 'again'))
    expect((await redshift.query('select count(*) from done')).rows).toEqual([['2']])
  })

  it('makes another VACUUM worth another try', async () => {
    work = ({ warehouse }) => warehouse.execute(sql`vacuum ${numbers}`)
    await hold()
    const both = ['one', 'two'].map((run) =>
      runTask(tools(), input('tidy', run)).catch((error: Error) => error),
    )
    expect(await Promise.race(both)).toMatchObject({
      name: 'Transient',
      message: expect.stringContaining('VACUUM is running'),
    })
    await release()
    expect(await Promise.all(both)).toContainEqual(expect.objectContaining({ outcome: 'done' }))
  })
})
