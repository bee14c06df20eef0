import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RedshiftDataClient } from '@aws-sdk/client-redshift-data'
import { ListObjectsV2Command } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { date as date_, generator, integer, sql, table, transform, varchar } from '#lib'
import { graphOf } from '../../lib/graph/graph.ts'
import { type Bucket, bucketOf } from '../../lib/manifest/bucket.ts'
import { awaitUpstream } from '../../lib/night/await.ts'
import { prepareNight } from '../../lib/night/prepare.ts'
import { readReceipt, receiptKey, writeReceipt } from '../../lib/night/receipt.ts'
import { noteFailure, type ReportInput } from '../../lib/night/report.ts'
import type { TaskInput } from '../../lib/night/task.ts'
import { extractTask, loadTask, transformTask } from '../../lib/night/tasks.ts'
import { StatementError, type Warehouse, warehouseOf } from '../../lib/redshift/client.ts'
import { definition } from '../../lib/table/definition.ts'
import { startRedshift } from '../../local/redshift/redshift.ts'
import { type S3, startS3 } from '../../local/services/s3.ts'
import { conclude } from './conclude.ts'

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
  jest.spyOn(process.stdout, 'write').mockImplementation(() => true)
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
// Each test is a night of its own.
beforeEach(async () => bucket.delete(await bucket.list('locks/')))

/** The executions that run at present. */
const running = new Set<string>()
const prepare = (run: string, input: object = { date }, redrives = 0, more: object = {}) => {
  const isRunning = async (execution: string) => running.has(execution)
  const execution = `arn:aws:states:us-east-1:111111111111:execution:usher-dev-night:${run}`
  return prepareNight(
    { ...tools(), timeZone: 'UTC', isRunning, ...more },
    { input, run, execution, redrives, startedAt: '2026-11-28T03:30:00Z' },
  )
}
/** How the last task ends: its report, or the sentence it fails with. */
const report = (run: string, more: Partial<ReportInput> = {}) =>
  conclude(tools(), {
    ...{ date, run, tables: [], force: false, redrives: 0, redriven: 0 },
    ...more,
  })
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
    const night = {
      date,
      run: 'one',
      tables: [],
      force: false,
      accept: [],
      redrives: 0,
      selected: [],
      warnings: [],
    }
    expect(await prepare('one')).toEqual(night)
    const rows = await warehouse.query({
      text: 'select count(*) as n from usher.loads',
      parameters: {},
    })
    expect(rows).toEqual([{ n: '0' }])
  })

  it('goes on where readers may not be let read, and says what to run', async () => {
    const refusing: Warehouse = {
      ...warehouse,
      transaction: (name, statements, ...others) =>
        statements.some(({ text }) => text.startsWith('create role'))
          ? Promise.reject(new StatementError('ERROR: permission denied', 0, undefined))
          : warehouse.transaction(name, statements, ...others),
    }
    const { warnings } = await prepare('unread', { date }, 0, {
      warehouse: refusing,
      readers: 'analysts',
    })
    expect(warnings).toEqual([expect.stringContaining('run `create role "analysts"`')])
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
    expect(
      await keys(`staging/code/public.numbers/date=${date}/${extracted.attempt}`),
    ).toHaveLength(3)
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
    await expect(report('one')).rejects.toMatchObject({
      name: 'NightIncomplete',
      message: [
        '2 of 4 tables are not complete for 2026-11-23.',
        `broken failed: broken.id: '1099511627776' is out of range for integer`,
        'after was skipped: broken is not complete',
        'To do these and no others, redrive this execution, or start one with {"date":"2026-11-23"}',
      ].join('\n'),
    })
  })

  it('reports a table whose task left no word', async () => {
    await expect(report('three', { tables: ['broken'] })).rejects.toThrow(
      'broken failed: its task left no word',
    )
  })

  it('does the night once more when it is redriven, and forgets why it failed', async () => {
    expect(await report('one', { redriven: 1 })).toMatchObject({ again: true })
    expect(await keys('runs/one/')).toHaveLength(2)
    expect(await prepare('one', { date }, 1)).toMatchObject({ redrives: 1 })
    expect(await keys('runs/one/')).toEqual([])
    await expect(report('one', { redrives: 1, redriven: 1 })).rejects.toThrow('left no word')
  })

  it('forgets what was complete once where it is forced, however often it goes round', async () => {
    const only = { date, tables: ['numbers'], force: true }
    // Also where it was refused before it came to that, and then redriven.
    await prepare('eight', only, 1)
    expect(await readReceipt(bucket, numbers[definition], date)).toBeUndefined()
    await loadTask(tools(), await extractTask(tools(), input('numbers', 'eight', only)))
    await prepare('eight', only, 2)
    expect(await readReceipt(bucket, numbers[definition], date)).toMatchObject({ run: 'eight' })
    const two = { tables: ['numbers', 'broken'], force: true, redrives: 2, redriven: 2 }
    await expect(report('eight', two)).rejects.toThrow(
      'or start one with {"date":"2026-11-23","tables":["broken"],"force":true}',
    )
    await expect(report('eight', { ...two, accept: ['broken'] })).rejects.toThrow(
      '"tables":["broken"],"force":true,"accept":["broken"]}',
    )
  })

  it('does nothing any more once another execution has taken the date', async () => {
    const other = { date: '2026-10-05' }
    await prepare('stopped', other)
    const extracted = await extractTask(
      tools(),
      input('numbers', 'stopped', { ...other, force: true }),
    )
    await prepare('next', other)
    const held = 'the execution next has taken 2026-10-05 since stopped did'
    await expect(loadTask(tools(), extracted)).rejects.toThrow(held)
    const again = extractTask(tools(), input('numbers', 'stopped', { ...other, force: true }))
    await expect(again).rejects.toMatchObject({ name: 'RunHeld', message: held })
    await bucket.delete(await bucket.list('staging/'))
  })

  it('lets one execution at a time do a run date, and says which', async () => {
    const arn = (run: string) =>
      `arn:aws:states:us-east-1:111111111111:execution:usher-dev-night:${run}`
    const other = { date: '2026-10-01' }
    running.add(arn('first'))
    await prepare('first', other)
    await expect(prepare('second', other)).rejects.toMatchObject({
      name: 'RunHeld',
      message:
        'the execution first is doing 2026-10-01: wait until it ends, or stop it ' +
        `(${arn('first')})`,
    })
    // The holder may be asked again, as after a lost answer; another date is free.
    await prepare('first', other)
    await prepare('second', { date: '2026-10-02' })
    running.clear()
    running.add(arn('second'))
    await prepare('second', other)
    await expect(prepare('first', other)).rejects.toThrow('the execution second is doing')
    running.clear()
    const runs = Array.from({ length: 10 }, (_, at) => `at-once-${at}`)
    for (const run of runs) running.add(arn(run))
    const tries = await Promise.allSettled(runs.map((run) => prepare(run, other)))
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1)
    running.clear()
  })

  it('leaves a table that is of a later date, and makes anew what is of the present', async () => {
    const earlier = { date: '2026-11-20' }
    const late = await extractTask(tools(), input('numbers', 'late', earlier))
    expect(late).toMatchObject({ outcome: 'complete', later: date })
    expect(await transformTask(tools(), input('doubles', 'late', earlier))).toMatchObject({
      outcome: 'loaded',
    })
    // Forced is only what was asked for.
    const forced = { date: '2026-11-19', force: true }
    expect(
      await transformTask(tools(), input('doubles', 'late', { ...forced, tables: ['doubles'] })),
    ).toMatchObject({ outcome: 'loaded' })
    const whole = input('doubles', 'late', { ...forced, date: '2026-11-18' })
    await expect(transformTask(tools(), whole)).rejects.toThrow(
      'numbers is not complete for 2026-11-18',
    )
  })

  it('waits for upstream that is under way, and for no other', async () => {
    const day = { date: '2026-11-24' }
    const wait = (run: string, more: Partial<TaskInput> = {}, milliseconds = 60_000) =>
      awaitUpstream(
        { ...tools(), milliseconds },
        { awaits: ['numbers'], ...input('doubles', run, { ...day, ...more }) },
      )
    await expect(wait('five', {}, 10_000)).rejects.toMatchObject({
      name: 'StillRunning',
      message: 'doubles waits for numbers',
    })
    await wait('five', { tables: ['doubles'] })
    await wait('five', { tables: ['numbers'] })
    let over = false
    const waiting = wait('five').then(() => {
      over = true
    })
    const extracted = await extractTask(tools(), input('numbers', 'five', day))
    expect(over).toBe(false)
    await loadTask(tools(), extracted)
    await waiting
    const failing = wait('six', { date: '2026-11-25' }).then(() => 'told')
    const error = { Error: 'SourceRefused', Cause: 'no' }
    await noteFailure(tools(), { table: 'numbers', run: 'six', error })
    expect(await failing).toBe('told')
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

  it('reads all days of a night that failed, though those after it have read some of them', async () => {
    const read: string[] = []
    const own = table('window', {
      columns: { day: date_() },
      from: {
        source: { name: 'test', kind: 'generator', packages: [] },
        days: { count: 3 },
        async *read({ date }) {
          read.push(date.slice(-2))
          yield [{ day: date }]
        },
      },
      publish: { partition: 'day' },
      row: (row) => row,
    })
    const window = { ...tools(), graph: graphOf([own]) }
    const night = async (day: number) => {
      const task = { ...input('window', `night-${day}`), date: `2026-11-${day}` }
      return loadTask(window, await extractTask(window, task))
    }
    await night(22)
    await night(24)
    read.length = 0
    expect(await night(23)).toMatchObject({ outcome: 'loaded', rows: 3 })
    expect(read).toEqual(['21', '22', '23'])
    expect(await night(23)).toMatchObject({ outcome: 'complete', rows: 1 })
    expect(await night(24)).toMatchObject({ outcome: 'complete', rows: 1 })
  })

  it('reads a day again that was loaded by a night which died, though it is as it was before', async () => {
    let like = 'one'
    const own = table('undone', {
      columns: { day: date_(), like: varchar(10) },
      from: {
        source: { name: 'test', kind: 'generator', packages: [] },
        days: { count: 2, fingerprint: async () => like },
        async *read({ date }) {
          yield [{ day: date, like }]
        },
      },
      publish: { partition: 'day' },
      row: (row) => row,
    })
    const undone = { ...tools(), graph: graphOf([own]) }
    const extracted = (day: number) =>
      extractTask(undone, { ...input('undone', `undone-${day}`), date: `2026-11-${day}` })
    await loadTask(undone, await extracted(20))
    like = 'two'
    const dying = {
      ...bucket,
      async put(key: string, value: object) {
        if (key.includes('date=2026-11-20') && 'rows' in value) throw new Error('it died')
        return bucket.put(key, value)
      },
    }
    await expect(loadTask({ ...undone, bucket: dying }, await extracted(21))).rejects.toThrow(
      'died',
    )
    like = 'one'
    await loadTask(undone, await extracted(21))
    const text = 'select distinct "like" from undone'
    expect(await warehouse.query({ text, parameters: {} })).toEqual([{ like: 'one' }])
    await bucket.delete(await bucket.list('staging/'))
  })

  it('knows what a day was like that is loaded from a receipt of before days were noted', async () => {
    const like = { '2026-11-22': 'as it was', [date]: 'anything' }
    const read: string[] = []
    const own = table('noted', {
      columns: { day: date_() },
      from: {
        source: { name: 'test', kind: 'generator', packages: [] },
        days: { count: 2, fingerprint: async ({ date }) => like[date as keyof typeof like] },
        async *read({ date }) {
          read.push(date)
          yield [{ day: date }]
        },
      },
      publish: { partition: 'day' },
      row: (row) => row,
    })
    const noted = { ...tools(), graph: graphOf([own]) }
    const before = { date: '2026-11-22', run: 'before', rows: 1, loadSeconds: 1 }
    await writeReceipt(bucket, own[definition], { ...before, fingerprint: 'as it was' })
    const earlier = { ...input('noted', 'now'), date: '2026-11-22' }
    expect(await extractTask(noted, earlier)).toMatchObject({ outcome: 'complete' })
    await loadTask(noted, await extractTask(noted, input('noted', 'now')))
    expect(read).toEqual([date])
  })

  it('reads a table anew where a file of its extract was lost, once it is run again', async () => {
    let read = 0
    const own = table('lost', {
      columns: { id: integer() },
      from: generator(() => [{ id: ++read }]),
      row: (row) => row,
    })
    const only = { ...tools(), graph: graphOf([own]) }
    const first = await extractTask(only, input('lost', 'first'))
    const prefix = `staging/code/public.lost/date=${date}/${first.attempt}`
    const part = `${prefix}/part-00000.csv.zst`
    await bucket.delete([part])
    await expect(loadTask(only, first)).rejects.toThrow(`lost: s3://staging/${part} is gone`)
    const again = await extractTask(only, input('lost', 'again'))
    expect(await loadTask(only, again)).toMatchObject({ outcome: 'loaded', rows: 1 })
    const rows = await warehouse.query({ text: 'select id from lost', parameters: {} })
    expect(rows).toEqual([{ id: '2' }])
    await bucket.delete(await bucket.list(prefix))
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

  it('does not put an older state in the place of a later one', async () => {
    const earlier = await extractTask(tools(), input('numbers', 'slow', { date: '2026-11-26' }))
    const later = input('numbers', 'quick', { date: '2026-11-27' })
    await loadTask(tools(), await extractTask(tools(), later))
    await expect(loadTask(tools(), { ...earlier, force: true })).rejects.toThrow(
      'numbers: quick has loaded it since this extract was read: run it again',
    )
    const complete = { outcome: 'complete', later: '2026-11-27', rows: 2 }
    expect(await loadTask(tools(), earlier)).toMatchObject(complete)
    expect(await readReceipt(bucket, numbers[definition], '2026-11-26')).toMatchObject({
      ...{ run: 'slow', newer: { run: 'quick', date: '2026-11-27' } },
    })
    const forced = input('numbers', 'forced', { date: '2026-11-26', force: true })
    await bucket.delete([receiptKey(numbers[definition], '2026-11-26')])
    const again = await extractTask(tools(), forced)
    expect(await loadTask(tools(), again)).toMatchObject({ outcome: 'loaded', rows: 2 })
  })
})
