import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { RedshiftDataClient } from '@aws-sdk/client-redshift-data'
import { DeleteObjectCommand, ListObjectsV2Command, PutObjectCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { bigint, copy, date, s3, varchar } from '#lib'
import { graphOf } from '../../lib/graph/graph.ts'
import { bucketOf } from '../../lib/manifest/bucket.ts'
import { prepareNight } from '../../lib/night/prepare.ts'
import { readDay, readReceipt } from '../../lib/night/receipt.ts'
import { extractTask, loadTask } from '../../lib/night/tasks.ts'
import { warehouseOf } from '../../lib/redshift/client.ts'
import { definition } from '../../lib/table/definition.ts'
import { startRedshift } from '../../local/redshift/redshift.ts'
import { type S3, startS3 } from '../../local/services/s3.ts'

const clicks = copy('clicks', {
  columns: {
    id: bigint(),
    date: date(),
    user_id: bigint().nullable().from('user.id'),
    page: varchar(8),
  },
  from: s3('logs', { bucket: 'logs' }).files({
    path: 'clicks/{yyyy}/{mm}/{dd}/',
    format: { kind: 'json', codec: 'gzip' },
  }),
  publish: { partition: 'date' },
})
const graph = graphOf([clicks])

let directory: string
let store: S3
let redshift: Awaited<ReturnType<typeof startRedshift>>
let tools: Parameters<typeof loadTask>[0] & Parameters<typeof extractTask>[0]

beforeAll(async () => {
  jest.spyOn(process.stdout, 'write').mockImplementation(() => true)
  directory = mkdtempSync(join(tmpdir(), 'usher-copied-test-'))
  store = await startS3(join(directory, 's3'), ['staging', 'logs'])
  const credentials = { accessKeyId: 'test', secretAccessKey: 'test' }
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_S3: store.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: credentials.accessKeyId,
    AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
  })
  redshift = await startRedshift({ file: join(directory, 'warehouse.duckdb'), s3: store.client })
  const client = new RedshiftDataClient({
    ...{ endpoint: redshift.url, region: 'us-east-1', credentials },
  })
  tools = {
    graph,
    bucket: bucketOf('staging', store.client),
    warehouse: warehouseOf({ workgroup: 'test', database: 'warehouse' }, client),
    milliseconds: 60_000,
    copyRole: 'arn:aws:iam::111111111111:role/copy',
  }
  const execution = {
    run: 'zero',
    execution: 'arn:zero',
    redrives: 0,
    startedAt: '2026-11-24T03:30:00Z',
  }
  const prepared = { ...tools, timeZone: 'UTC', isRunning: async () => false }
  await prepareNight(prepared, { input: { date: '2026-11-23' }, ...execution })
  // The nights to come are of other executions.
  await tools.bucket.delete(await tools.bucket.list('locks/'))
})
afterAll(async () => {
  await redshift.close()
  await store.stop()
  rmSync(directory, { recursive: true })
})

const keyOf = (day: number, name: string) => `clicks/2026/11/${day}/${name}`
const put = (day: number, name: string, text: string) =>
  store.client.send(
    new PutObjectCommand({ Bucket: 'logs', Key: keyOf(day, name), Body: gzipSync(text) }),
  )
const remove = (day: number, name: string) =>
  store.client.send(new DeleteObjectCommand({ Bucket: 'logs', Key: keyOf(day, name) }))

/** A night of one table; gives the days that it loaded. */
async function night(day: number, run = `night of ${day}`, more = {}): Promise<string[]> {
  const task = { table: 'clicks', date: `2026-11-${day}`, run, tables: [], force: false }
  const input = { ...task, ...more }
  await loadTask(tools, await extractTask(tools, input))
  const text = 'select run_date from usher.loads where run = :run order by run_date'
  const rows = await tools.warehouse.query({ text, parameters: { run } })
  return rows.map(({ run_date }) => String(run_date).slice(8))
}

/** Everything in the table: `23: 1 2 3`, day by day. */
async function published(): Promise<string[]> {
  const text = 'select date, id, user_id, page from clicks order by date, id'
  const days = new Map<string, string[]>()
  for (const row of await tools.warehouse.query({ text, parameters: {} })) {
    const day = String(row.date).slice(8)
    days.set(day, [...(days.get(day) ?? []), `${row.id}${row.user_id ?? ''}${row.page}`])
  }
  return [...days].map(([day, rows]) => `${day}: ${rows.join(' ')}`)
}

describe('files that others write', () => {
  it('are loaded for the run date and the days before it, empty ones too', async () => {
    await put(21, '00.json.gz', '{"id":1,"page":"a"}\n{"id":2,"user":{"id":7},"page":"b"}\n')
    await put(22, '00.json.gz', '{"id":3,"user":{"id":null},"page":"c","more":[1,2]}')
    await put(22, '_SUCCESS', 'this is no JSON')
    await put(22, '.hidden/00.json.gz', 'nor is this')
    expect(await night(23)).toEqual(['21', '22', '23'])
    expect(await published()).toEqual(['21: 1a 27b', '22: 3c'])
    const day = await readDay(tools.bucket, clicks[definition], '2026-11-22')
    expect(day).toMatchObject({ rows: 1, run: 'night of 23' })
  })

  it('are loaded the next night where they come late, once, and nothing else is touched', async () => {
    await put(23, '05.json.gz', '{"id":4,"page":"d"}{"id":5,"page":"e"}')
    await put(24, '00.json.gz', '{"id":6,"page":"f"}')
    expect(await night(24)).toEqual(['23', '24'])
    expect(await published()).toEqual(['21: 1a 27b', '22: 3c', '23: 4d 5e', '24: 6f'])
    expect(await night(24, 'the same again')).toEqual([])
    expect(await night(25)).toEqual(['25'])
    expect(await published()).toEqual(['21: 1a 27b', '22: 3c', '23: 4d 5e', '24: 6f'])
  })

  it('are loaded anew where they were replaced or deleted', async () => {
    await put(24, '00.json.gz', '{"id":60,"page":"f"}')
    await remove(25, '00.json.gz')
    await put(26, '00.json.gz', '{"id":7,"page":"g"}')
    await put(26, '01.json.gz', '{"id":8,"page":"h"}')
    expect(await night(26)).toEqual(['24', '26'])
    expect((await published()).slice(-2)).toEqual(['24: 60f', '26: 7g 8h'])
    await remove(26, '00.json.gz')
    expect(await night(27)).toEqual(['26', '27'])
    expect((await published()).slice(-1)).toEqual(['26: 8h'])
  })

  it('are named with the line that COPY refuses, and nothing of that day is published', async () => {
    const before = await published()
    await put(28, '00.json.gz', '{"id":9,"page":"i"}\n')
    await put(28, '01.json.gz', '{"id":10,"page":"j"}\n{"id":"ten","page":"k"}\n')
    await expect(night(28)).rejects.toMatchObject({
      name: 'WarehouseRefused',
      message: `clicks.id: Invalid digit, Value 't', Pos 0, Type: Long (int8), at line 2 of s3://logs/${keyOf(28, '01.json.gz')}`,
    })
    await put(28, '01.json.gz', '{"id":10,"page":"j"}\n{"id":11,')
    await expect(night(28, 'again')).rejects.toThrow(
      `clicks: Invalid value., at line 2 of s3://logs/${keyOf(28, '01.json.gz')}`,
    )
    expect(await published()).toEqual(before)
    expect(await readReceipt(tools.bucket, clicks[definition], '2026-11-28')).toBeUndefined()
    await put(28, '01.json.gz', '{"id":10,"page":"j"}\n{"id":11,"page":"k"}\n')
    expect(await night(28, 'mended')).toEqual(['28'])
    expect((await published()).slice(-1)).toEqual(['28: 9i 10j 11k'])
  })

  it('are published though they hold nothing any more where that is accepted, which is told', async () => {
    await put(28, '00.json.gz', '')
    await put(28, '01.json.gz', '')
    await expect(night(29)).rejects.toThrow('clicks: 0 rows of 2026-11-28, and 3 when that day was')
    const write = jest.mocked(process.stdout.write)
    write.mockClear()
    await night(29, 'accepted', { accept: ['clicks'] })
    const accepted = '0 rows of 2026-11-28, and 3 when that day was last loaded'
    const lines = write.mock.calls.map(([line]) => JSON.parse(String(line)))
    expect(lines.filter(({ message }) => message === 'accepted')).toEqual([
      expect.objectContaining({ found: accepted }),
    ])
    expect(await readDay(tools.bucket, clicks[definition], '2026-11-28')).toMatchObject({
      ...{ run: 'accepted', rows: 0, accepted },
    })
    expect(await readReceipt(tools.bucket, clicks[definition], '2026-11-29')).not.toHaveProperty(
      'accepted',
    )
    expect((await published()).slice(-1)).toEqual(['26: 8h'])
  })

  it('stay where they are; what a load leaves behind is only of those that failed', async () => {
    const Prefix = 'clicks/2026/11/24/'
    const theirs = await store.client.send(new ListObjectsV2Command({ Bucket: 'logs', Prefix }))
    expect(theirs.Contents?.map(({ Key }) => Key)).toEqual([keyOf(24, '00.json.gz')])
    const own = await store.client.send(
      new ListObjectsV2Command({ Bucket: 'staging', Prefix: 'staging/' }),
    )
    const days = own.Contents?.map(({ Key = '' }) => /date=[^/]+/.exec(Key)?.[0])
    expect(new Set(days)).toEqual(new Set(['date=2026-11-28', 'date=2026-11-29']))
  })
})
