import { mkdtempSync, rmSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import {
  bigint,
  boolean,
  date,
  decimal,
  double,
  generator,
  integer,
  real,
  runDate,
  smallint,
  spark,
  sql,
  table,
  timestamp,
  timestamptz,
  varchar,
} from '#lib'
import { graphOf } from '../../lib/graph/graph.ts'
import { readExtract } from '../../lib/manifest/read.ts'
import { attemptPrefix, readReceipt, receiptKey, unloadKey } from '../../lib/night/receipt.ts'
import { gatherTask, type SparkJob, unloadTask } from '../../lib/night/spark.ts'
import type { TaskInput, TaskResult } from '../../lib/night/task.ts'
import { extractTask, loadTask } from '../../lib/night/tasks.ts'
import { definition, type Tabled } from '../../lib/table/definition.ts'
import { findSpark } from '../../local/spark/find.ts'
import { sparkJobs } from '../../local/spark/jobs.ts'
import { sessions } from '../../warehouse/actions/sessions.ts'
import { startWarehouse, type WarehouseStage } from '../redshift/stage.ts'

const DATE = '2026-11-23'
const found = await findSpark()
const withSpark = found ? it : it.skip
if (!found) console.warn('no PySpark here: what scripts do is not tested')

const columns = {
  id: integer().primaryKey(),
  small: smallint(),
  big: bigint().nullable(),
  price: decimal(38, 9).nullable(),
  rate: real(),
  ratio: double(),
  is_odd: boolean(),
  born: date(),
  seen_at: timestamp(),
  told_at: timestamptz(),
  note: varchar(100).nullable(),
}

const NASTY = [
  'a "quoted", word',
  'two\nlines\r\nand more',
  '',
  'NULL',
  '\\N',
  'back\\slash\\',
  "it's ünïcödé 🎟 ",
  ' blanks ',
  ',',
  '"',
  null,
]

const values = table('values', {
  columns,
  from: generator(() => NASTY),
  row: (note) => {
    const id = NASTY.indexOf(note)
    return {
      ...{ id, small: -32_768 + id, big: id % 2 ? 2n ** 63n - 1n : null },
      price: id % 3 ? '-12345678901234567890123456789.000000001' : id ? '0' : null,
      ...{ rate: 0.1, ratio: id / 3, is_odd: id % 2 === 1, born: '1752-09-14' },
      seen_at: `0${id < 10 ? '0' : ''}${id}1-01-01 00:00:00.00000${id % 10}`,
      ...{ told_at: '2026-11-23 23:59:59.999999+05:30', note },
    }
  },
})

const script = new URL('spark/again.py', import.meta.url)
const again = spark('again', {
  columns: { ...columns, day: date() },
  script,
  reads: { values },
})
const empty = spark('empty', {
  columns: { id: integer() },
  script,
  reads: {
    values: {
      select: { id: values.id },
      from: sql`${values} where ${values.note} = ${"it's \\ ?"}`,
    },
  },
  mayShrink: true,
})
const shorter = spark('shorter', { columns, script, reads: { values } })
const wider = spark('wider', { columns, script, reads: { values } })

describe('a table that Spark makes', () => {
  let stage: WarehouseStage
  let tools: ReturnType<typeof toolsOf>
  const toolsOf = ({ bucket, warehouse }: WarehouseStage) => ({
    ...{ bucket, warehouse, milliseconds: 60_000, copyRole: 'arn:aws:iam::111111111111:role/copy' },
    key: '0000-11',
    graph: graphOf([values, again, empty, shorter, wider, clicks, sessionsOf]),
  })
  const inputOf = (table: string, run = 'night-1'): TaskInput => ({
    ...{ table, date: DATE, run, tables: [], force: false },
  })
  const prefixOf = (table: Tabled, { attempt = '' }: TaskResult) =>
    attemptPrefix(table[definition], DATE, attempt)
  const ask = async (text: string) =>
    (await stage.warehouse.query({ text, parameters: {} })).map((row) => Object.values(row))
  const load = (extracted: TaskResult) => loadTask(tools, extracted)

  /** Writes an object as Spark would. */
  const write = (key: string, Body: string | Buffer) =>
    stage.s3.client.send(new PutObjectCommand({ Bucket: 'staging', Key: key, Body }))

  /** A night that has forgotten, since it is forced, that the table without much in it is complete. */
  async function forgotten(run: string): Promise<TaskInput> {
    await tools.bucket.delete([receiptKey(empty[definition], DATE)])
    return { ...inputOf('empty', run), force: true }
  }

  /** What a job leaves that has committed: parts, of which the last is empty, and the count. */
  async function commit(place: string, parts: readonly string[], rows: number) {
    for (const [at, text] of [...parts, ''].entries()) {
      const name = `part-0000${at}-5b0d7c1e-c000.txt.gz`
      await write(`${place}/data/${name}`, gzipSync(text))
    }
    await write(`${place}/data/_SUCCESS`, '')
    await write(`${place}/rows/part-00000`, `${rows}\n`)
    await write(`${place}/rows/_SUCCESS`, '')
  }

  beforeAll(async () => {
    jest.spyOn(process.stdout, 'write').mockImplementation(() => true)
    stage = await startWarehouse()
    tools = toolsOf(stage)
    for (const name of ['values', 'clicks']) await load(await extractTask(tools, inputOf(name)))
  }, 60_000)
  afterAll(() => stage?.stop())

  it('has unloaded what it reads, and written down what the job is to do', async () => {
    const unloaded = await unloadTask(tools, inputOf('again'))
    const prefix = prefixOf(again, unloaded)
    expect(unloaded).toMatchObject({ outcome: 'unloaded', rows: NASTY.length })
    expect(unloaded.place).toBe(`s3://staging/${prefix}`)
    expect(prefix).toMatch(/^staging\/spark\/public\.again\/date=2026-11-23\/night-1-[0-9a-f]{8}$/)
    const job = await tools.bucket.get<SparkJob>(`${prefix}/job.json`)
    expect(job).toMatchObject({ table: 'again', function: 'again', date: DATE })
    expect(job?.reads).toEqual([
      {
        ...{ name: 'values', rows: NASTY.length },
        files: ['values/0000_part_00.parquet', 'values/0001_part_00.parquet'],
        columns: Object.entries({
          ...{ id: 'integer', small: 'smallint', big: 'bigint', price: 'decimal(38,9)' },
          ...{ rate: 'float', ratio: 'double', is_odd: 'boolean', born: 'date' },
          ...{ seen_at: 'timestamp', told_at: 'timestamp', note: 'string' },
        }).map(([name, type]) => ({ name, type })),
      },
    ])
    expect(job?.columns.find(({ name }) => name === 'price')).toEqual({
      ...{ name: 'price', type: 'decimal', ddl: 'decimal(38,9)', scale: 9 },
    })
    expect(await tools.bucket.list('runs/')).toEqual([])
  })

  it('has values in what it reads that stay as they are, and may have no rows there', async () => {
    const unloaded = await unloadTask(tools, inputOf('empty'))
    const job = await tools.bucket.get<SparkJob>(`${prefixOf(empty, unloaded)}/job.json`)
    expect(job?.reads).toMatchObject([{ rows: 0, files: [] }])
  })

  it('finds an UNLOAD again that was not awaited to its end', async () => {
    const input = inputOf('again', 'night-2')
    await expect(unloadTask({ ...tools, milliseconds: 0 }, input)).rejects.toMatchObject({
      name: 'StillRunning',
    })
    const begun = await tools.bucket.get<{ attempt: string }>(
      unloadKey(again[definition], 'night-2'),
    )
    const unloaded = await unloadTask(tools, input)
    expect(unloaded.attempt).toBe(begun?.attempt)
    const named = await tools.warehouse.earlier(
      `usher night-2 again ${DATE} unload ${begun?.attempt.slice(-8)}`,
    )
    expect(named.count).toBe(1)
  })

  it('says what Redshift said where it does not unload', async () => {
    const gone = { ...tools, copyRole: 'nobody' }
    await expect(unloadTask(gone, inputOf('again', 'night-3'))).rejects.toMatchObject({
      name: 'WarehouseRefused',
      message: expect.stringMatching(/^again: UNLOAD of what it reads as values: .*nobody/),
    })
    expect(await tools.bucket.list('runs/night-3/')).toEqual([])
  })

  it('is loaded of what a job has committed, as any extract, and leaves no file', async () => {
    const unloaded = await unloadTask(tools, inputOf('empty'))
    const prefix = prefixOf(empty, unloaded)
    await commit(`${prefix}/out/0-0`, ['1\n2\n', '3\n'], 3)
    // What another try had begun is none of it.
    await write(`${prefix}/out/0-1/data/part-00000-1c.txt.gz`, gzipSync('9\n'))
    await write(`${prefix}/out/0-1/data/_temporary/0/task/part-00000.txt.gz`, gzipSync('9\n'))
    await write(`${prefix}/out_$folder$`, '')
    const gathered = await gatherTask(tools, unloaded)
    expect(gathered).toMatchObject({ outcome: 'extracted', rows: 3, days: [DATE] })
    expect((await readExtract(tools.bucket, prefix))?.parts).toHaveLength(3)
    expect(await load(gathered)).toMatchObject({ outcome: 'loaded', rows: 3 })
    expect(await ask('select id from empty order by 1')).toEqual([['1'], ['2'], ['3']])
    expect(await tools.bucket.list(`${prefix}/`)).toEqual([])
    const receipt = await readReceipt(tools.bucket, empty[definition], DATE)
    expect(receipt).toMatchObject({ rows: 3, run: 'night-1' })
    const complete = await unloadTask(tools, inputOf('empty'))
    expect(complete).toMatchObject({ outcome: 'complete' })
    expect(await load(await gatherTask(tools, complete))).toBe(complete)
  })

  it('may come to no rows', async () => {
    const input = await forgotten('night-4')
    const unloaded = await unloadTask(tools, input)
    await commit(`${prefixOf(empty, unloaded)}/out/0-0`, [], 0)
    expect(await load(await gatherTask(tools, unloaded))).toMatchObject({ rows: 0 })
    expect(await ask('select count(*) from empty')).toEqual([['0']])
  })

  it.each([
    ['data/_SUCCESS', 'the job has ended, and no try of it is whole'],
    ['rows/_SUCCESS', 'the job has ended, and no try of it is whole'],
    ['rows/part-00000', 'does not hold a count of rows'],
  ])('is not gathered without %s', async (what, problem) => {
    const unloaded = await unloadTask(tools, inputOf('again', 'night-5'))
    const place = `${prefixOf(again, unloaded)}/out/0-0`
    await commit(place, ['1\n'], 1)
    await tools.bucket.delete([`${place}/${what}`])
    await expect(gatherTask(tools, unloaded)).rejects.toMatchObject({
      name: 'WarehouseRefused',
      message: expect.stringContaining(problem),
    })
  })

  it('is not loaded where COPY counts other rows, or a part is another than was gathered', async () => {
    const input = await forgotten('night-6')
    const unloaded = await unloadTask(tools, input)
    const place = `${prefixOf(empty, unloaded)}/out/0-0`
    await commit(place, ['1\n2\n'], 3)
    const gathered = await gatherTask(tools, unloaded)
    await expect(load(gathered)).rejects.toThrow('COPY did not load the 3 rows of the extract')
    await write(`${place}/data/part-00000-5b0d7c1e-c000.txt.gz`, gzipSync('1\n2\n3\n'))
    await expect(load(gathered)).rejects.toThrow('was written as')
  })

  /** Runs the job of an unloaded table on the Spark of this machine. */
  async function run(table: Tabled, unloaded: TaskResult, more = '0-0') {
    const { made } = table[definition]
    if (made.by !== 'spark' || !found) throw new Error('nothing to run')
    const assets = mkdtempSync(join(tmpdir(), 'usher-spark-test-'))
    const job = fileURLToPath(new URL('../../lib/spark/job.py', import.meta.url))
    const own = fileURLToPath(made.script)
    await copyFile(job, join(assets, 'asset.job.py'))
    await copyFile(own, join(assets, `asset.${basename(own)}`))
    const { place = '' } = unloaded
    try {
      return await sparkJobs({ spark: found, s3: stage.s3.client, assets, log: () => {} })(
        {
          ...{ ApplicationId: 'a', ExecutionRoleArn: 'r', Name: 'n', ExecutionTimeoutMinutes: 5 },
          ClientToken: 't',
          JobDriver: {
            SparkSubmit: {
              EntryPoint: 's3://assets/job.py',
              EntryPointArguments: [place, `${place}/out/${more}`, `s3://assets/${basename(own)}`],
              SparkSubmitParameters: `--py-files s3://assets/${basename(own)}`,
            },
          },
        },
        new AbortController().signal,
      )
    } finally {
      rmSync(assets, { recursive: true })
    }
  }

  withSpark(
    'has every value as it was, whatever it is, after it went through Spark',
    async () => {
      const unloaded = await unloadTask(tools, inputOf('again', 'night-7'))
      expect(await run(again, unloaded)).toEqual({ state: 'SUCCESS' })
      await load(await gatherTask(tools, unloaded))
      const names = Object.keys(columns).map((name) => `"${name}"`)
      const rows = (table: string) => ask(`select ${names.join(', ')} from "${table}" order by id`)
      expect(await rows('again')).toEqual(await rows('values'))
      expect(await ask('select distinct day from again')).toEqual([[DATE]])
    },
    60_000,
  )

  withSpark(
    'makes sessions of clicks, by the script of the sample',
    async () => {
      const unloaded = await unloadTask(tools, inputOf('sessions'))
      expect(await run(sessions, unloaded)).toEqual({ state: 'SUCCESS' })
      await load(await gatherTask(tools, unloaded))
      const order = 'id, visitor_id, started_at, ended_at, clicks, first_event_id, last_event_id'
      expect(await ask(`select ${order} from sessions order by visitor_id, started_at`)).toEqual([
        ['c1', 'ann', '2026-11-23 10:00:00+00', '2026-11-23 10:29:59.999999+00', '2', '7', '8'],
        ['c3', 'ann', '2026-11-23 11:00:00+00', '2026-11-23 11:00:00+00', '1', '7', '7'],
        ['c4', 'bob', '2026-11-23 10:00:00+00', '2026-11-23 10:00:00+00', '1', '9', '9'],
      ])
    },
    60_000,
  )

  withSpark.each([
    [shorter, /shorter: its script gives the columns .*; the table has .*note/],
    [wider, /wider\.price: its script gives decimal\(38,10\)/],
  ])(
    'fails the job where the script gives what the table does not take: %#',
    async (table, problem) => {
      const { name } = table[definition]
      const unloaded = await unloadTask(tools, inputOf(name))
      expect(await run(table, unloaded)).toMatchObject({
        state: 'FAILED',
        details: expect.stringMatching(problem),
      })
    },
    60_000,
  )
})

const at = (time: string) => `2026-11-23 ${time}+00`
/** The clicks that the sample's script reads, but for what it does not ask. */
const clicks = table('clicks', {
  columns: {
    ...{ date: date(), id: varchar(32), visitor_id: varchar(32), event_id: bigint() },
    clicked_at: timestamptz(),
  },
  from: generator(() => [
    { id: 'c1', visitor_id: 'ann', event_id: 7, clicked_at: at('10:00:00') },
    { id: 'c2', visitor_id: 'ann', event_id: 8, clicked_at: at('10:29:59.999999') },
    { id: 'c3', visitor_id: 'ann', event_id: 7, clicked_at: at('11:00:00') },
    { id: 'c4', visitor_id: 'bob', event_id: 9, clicked_at: at('10:00:00') },
  ]),
  row: (click) => ({ ...click, date: DATE }),
})
const sessionsOf = spark('sessions', {
  columns: {
    ...{ id: varchar(32).primaryKey(), date: date(), visitor_id: varchar(32) },
    ...{ started_at: timestamptz(), ended_at: timestamptz(), clicks: integer() },
    ...{ first_event_id: bigint(), last_event_id: bigint() },
  },
  script: new URL('../../warehouse/actions/sessions.py', import.meta.url),
  reads: {
    clicks: {
      select: {
        ...{ id: clicks.id, visitor_id: clicks.visitor_id },
        ...{ event_id: clicks.event_id, clicked_at: clicks.clicked_at },
      },
      from: sql`${clicks} where ${clicks.date} = ${runDate}`,
    },
  },
})
