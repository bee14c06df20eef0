import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { zstdCompressSync } from 'node:zlib'
import { RedshiftDataClient } from '@aws-sdk/client-redshift-data'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { elasticsearch, generator, http, integer, mirror, mysql, redis, table, varchar } from '#lib'
import { type Context, doorway } from '../../lambdas/doorway.ts'
import { transient } from '../../lib/error.ts'
import { graphOf } from '../../lib/graph/graph.ts'
import { bucketOf } from '../../lib/manifest/bucket.ts'
import { about, log } from '../../lib/night/log.ts'
import { prepareNight } from '../../lib/night/prepare.ts'
import type { TaskInput, TaskResult } from '../../lib/night/task.ts'
import { extractTask, loadTask } from '../../lib/night/tasks.ts'
import { warehouseOf } from '../../lib/redshift/client.ts'
import { startRedshift } from '../../local/redshift/redshift.ts'
import { startS3 } from '../../local/services/s3.ts'
import { startSecrets } from '../../local/services/secrets.ts'
import { reply, startApi } from '../source/api.ts'

let written: string
const keep = (...words: unknown[]) => {
  written += `${words.map(String).join(' ')}\n`
}
beforeAll(() => {
  for (const output of [process.stdout, process.stderr]) {
    jest.spyOn(output, 'write').mockImplementation((text) => {
      written += text
      return true
    })
  }
  for (const way of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    jest.spyOn(console, way).mockImplementation(keep)
  }
})
beforeEach(() => {
  written = ''
})

type Line = Readonly<Record<string, unknown>>
const lines = (): Line[] =>
  written
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Line)

const context: Context = { awsRequestId: 'request-1', getRemainingTimeInMillis: () => 60_000 }
const night = { date: '2026-11-23', run: 'nightly-1', tables: [], force: false }

describe('what a function logs', () => {
  it('says in every line the run date, table, run and attempt, however deep it is written', async () => {
    const handle = doorway(async ({ table }: TaskInput) => {
      log('begun')
      await sleep(5)
      if (table === 'orders') about({ attempt: 'nightly-1-a' })
      await Promise.all([sleep(5).then(() => log('read', { rows: 1 }))])
    })
    await Promise.all([
      handle({ ...night, table: 'orders' }, context),
      handle({ ...night, table: 'users' }, { ...context, awsRequestId: 'request-2' }),
    ])
    const subject = { date: '2026-11-23', run: 'nightly-1' }
    const [orders, users] = [
      { ...subject, table: 'orders', requestId: 'request-1' },
      { ...subject, table: 'users', requestId: 'request-2' },
    ]
    const timestamp = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
    const line = { timestamp, level: 'INFO' }
    expect(lines()).toEqual([
      { ...line, message: 'begun', ...orders, attempt: 'request-1' },
      { ...line, message: 'begun', ...users, attempt: 'request-2' },
      { ...line, message: 'read', ...orders, attempt: 'nightly-1-a', rows: 1 },
      { ...line, message: 'read', ...users, attempt: 'request-2', rows: 1 },
    ])
  })

  it('says it also where a task calls facts of its own by these names', async () => {
    const facts = { table: 'mine', level: 'mine', run: 'mine', rows: 3 }
    await doorway(async () => log('tidied', facts))({ ...night, table: 'tidy' }, context)
    expect(lines()).toMatchObject([{ level: 'INFO', table: 'tidy', run: 'nightly-1', rows: 3 }])
  })

  it('says of an error what it came of, in one line, and throws it without a stack', async () => {
    const cause = new Error('the socket\nwas closed')
    const failing = doorway(async () => {
      throw transient('the server is away', cause)
    })
    const thrown = await failing({ ...night, table: 'orders' }, context).catch((error) => error)
    expect(thrown).toMatchObject({ name: 'Transient', message: 'the server is away', stack: '' })
    expect(lines()).toMatchObject([
      {
        ...{ level: 'ERROR', message: 'failed', table: 'orders', date: '2026-11-23' },
        ...{ run: 'nightly-1', attempt: 'request-1' },
        error: {
          ...{ name: 'Transient', message: 'the server is away' },
          stack: expect.stringContaining('log.test.ts'),
          cause: { name: 'Error', message: 'the socket\nwas closed' },
        },
      },
    ])
  })
})

describe('a task that fails', () => {
  const SECRETS = ['hush-token', 'hush-password', 'hush-key']
  const columns = { id: integer().primaryKey(), name: varchar(40), amount: integer() }
  const row = { id: 1, name: 'PRIVATE first', amount: 7 }
  const stands = { host: '127.0.0.1', port: 9, username: 'reader', password: 'hush-password' }
  const secrets: Record<string, object> = {
    refusing: {},
    answering: {},
    production: { ...stands, dbname: 'shop' },
    sixpack: { ...stands, tls: false },
    search: { url: 'http://127.0.0.1:9', username: 'reader', password: 'hush-password' },
  }
  const pages = { path: 'sales', pages: { by: 'link' } } as const
  const partner = (name: string) =>
    http(name, { secret: name, timeoutSeconds: 2, retrySeconds: 1 }).pages(pages)
  const same = (record: unknown) => record as typeof row
  const refused = table('refused', { columns, from: partner('refusing'), row: same })
  const wrong = table('wrong', { columns, from: partner('answering'), row: same })
  const orders = mirror(mysql('production', { secret: 'production' }).table('orders'), { columns })
  const found = table('found', {
    columns,
    from: elasticsearch('search', { secret: 'search' }).documents({ index: 'found' }),
    row: () => row,
  })
  const counted = table('counted', {
    columns,
    from: redis('sixpack', { secret: 'sixpack' }).hashes(),
    row: () => row,
  })
  const spoilt = table('spoilt', { columns, from: generator(() => [row]), row: same })
  const graph = graphOf([refused, wrong, orders, found, counted, spoilt])
  const closing: (() => unknown)[] = []
  let tools: Parameters<typeof loadTask>[0]
  let s3: Awaited<ReturnType<typeof startS3>>

  beforeAll(async () => {
    const directory = mkdtempSync(join(tmpdir(), 'usher-log-test-'))
    const refusing = await startApi(({ headers }, response) => {
      // It tells more than it should.
      reply(response, { error: `no such token: ${headers.authorization}` }, 403)
    })
    const answering = await startApi((_, response) =>
      reply(response, [
        { ...row, name: 'PRIVATE zero' },
        { ...row, id: 2, name: 'PRIVATE second', amount: 'OFFENDING' },
      ]),
    )
    secrets.refusing = { url: refusing.url, token: 'hush-token' }
    secrets.answering = { url: answering.url, parameter: 'key', key: 'hush-key' }
    const manager = await startSecrets(secrets)
    s3 = await startS3(join(directory, 's3'), ['staging'])
    const file = join(directory, 'warehouse.duckdb')
    const redshift = await startRedshift({ file, s3: s3.client })
    const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_SECRETS_MANAGER: manager.url,
      ...{ AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
    })
    const client = new RedshiftDataClient({
      ...{ endpoint: redshift.url, region: 'us-east-1', credentials },
    })
    tools = {
      graph,
      bucket: bucketOf('staging', s3.client),
      warehouse: warehouseOf({ workgroup: 'test', database: 'warehouse' }, client),
      copyRole: 'arn:aws:iam::111111111111:role/copy',
      milliseconds: 60_000,
    }
    closing.push(
      () => refusing.stop(),
      () => answering.stop(),
      () => manager.stop(),
      () => redshift.close(),
      () => s3.stop(),
      () => rmSync(directory, { recursive: true }),
    )
    await prepareNight(
      { ...tools, timeZone: 'UTC', isRunning: async () => false },
      {
        ...{ input: { date: night.date }, run: night.run, execution: night.run, redrives: 0 },
        startedAt: '2026-11-24T03:30:00Z',
      },
    )
  })
  afterAll(async () => {
    for (const close of closing) await close()
  })

  const extract = doorway((input: TaskInput) => extractTask(tools, input))
  const load = doorway((extracted: TaskResult) => loadTask(tools, extracted))

  /** All that anybody is told: the error that was thrown, and what was written. */
  function toldOf(thrown: unknown): string {
    expect(thrown).toBeInstanceOf(Error)
    const failed = lines().filter(({ level }) => level === 'ERROR')
    expect(failed).toHaveLength(1)
    expect(failed).toMatchObject([{ date: night.date, run: night.run, message: 'failed' }])
    return `${(thrown as Error).message}\n${written}`
  }

  function expectNoSecrets(told: string): void {
    for (const secret of SECRETS) {
      expect(told).not.toContain(secret)
      expect(told).not.toContain(Buffer.from(secret).toString('base64').replace(/=+$/, ''))
    }
    expect(told).not.toContain('PRIVATE')
  }

  it.each(['refused', 'orders', 'found', 'counted'])(
    'keeps its secret to itself, of %s',
    async (name) => {
      const told = toldOf(await extract({ ...night, table: name }, context).catch((e) => e))
      expectNoSecrets(told)
    },
    20_000,
  )

  it('shows of a row the offending value and nothing else', async () => {
    const told = toldOf(await extract({ ...night, table: 'wrong' }, context).catch((e) => e))
    expect(told).toContain('OFFENDING')
    expectNoSecrets(told)
  })

  it('shows of a file that the warehouse refuses no other value either', async () => {
    const extracted = await extract({ ...night, table: 'spoilt' }, context)
    const prefix = `staging/code/public.spoilt/date=${night.date}/${extracted.attempt}`
    const [part] = (await tools.bucket.list(prefix)).filter((key) => key.endsWith('.csv.zst'))
    const rows = '"1","PRIVATE first","7"\n"2","PRIVATE second","OFFENDING"\n'
    const object = { Bucket: 'staging', Key: part, Body: zstdCompressSync(Buffer.from(rows)) }
    await s3.client.send(new PutObjectCommand(object))
    const told = toldOf(await load(extracted, context).catch((e) => e))
    expectNoSecrets(told)
  })
})
