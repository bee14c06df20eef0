import { zstdDecompressSync } from 'node:zlib'
import { HeadObjectCommand, ListObjectsV2Command } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { generator, integer, mirror, table, varchar } from '#lib'
import { type Bucket, bucketOf } from '../../lib/manifest/bucket.ts'
import { deleteExtract, extract } from '../../lib/manifest/extract.ts'
import type { CopyManifest, Extract } from '../../lib/manifest/manifest.ts'
import { type Definition, definition } from '../../lib/table/definition.ts'
import type { MirroredDocuments } from '../../lib/table/mirror.ts'
import { type S3, startS3 } from '../../local/services/s3.ts'

let s3: S3
let bucket: Bucket
beforeAll(async () => {
  s3 = await startS3('/nonexistent', ['staging'])
  bucket = bucketOf('staging', s3.client)
})
afterAll(() => s3.stop())

const keys = async (Prefix: string) => {
  const { Contents = [] } = await s3.client.send(
    new ListObjectsV2Command({ Bucket: 'staging', Prefix }),
  )
  return Contents.map(({ Key }) => Key)
}
const bytesOf = async (key: string) => Buffer.concat(await (await bucket.stream(key)).toArray())

const numbers = (count: number, then?: Error) =>
  table('numbers', {
    columns: { id: integer().primaryKey(), text: varchar(100) },
    from: generator(function* () {
      for (let id = 0; id < count; id++) yield { id, text: `number ${id}` }
      if (then) throw then
    }),
    row: (record) => record,
  })[definition]

const options = (prefix: string) => ({
  date: '2026-11-23',
  bucket,
  prefix,
  signal: new AbortController().signal,
})

async function extracted(table: Definition, prefix: string): Promise<Extract> {
  const done = await extract({ table, ...options(prefix) })
  if (!done) throw new Error('nothing was extracted')
  return done
}

describe('an extract', () => {
  it('lists in its manifest the parts it wrote, with their sizes', async () => {
    const done = await extracted(numbers(2500), 'staging/whole')
    expect(done).toMatchObject({ table: 'numbers', rows: 2500, columns: ['id', 'text'], notes: {} })
    const manifest = await bucket.get<CopyManifest>('staging/whole/manifest.json')
    expect(manifest).toEqual({
      entries: done.parts.map(({ key, bytes }) => ({
        url: `s3://staging/${key}`,
        mandatory: true,
        meta: { content_length: bytes },
      })),
    })
    const [part] = done.parts
    const file = await bytesOf(part?.key ?? '')
    expect(file.length).toBe(part?.bytes)
    const there = await s3.client.send(new HeadObjectCommand({ Bucket: 'staging', Key: part?.key }))
    expect(part?.etag).toBe(there.ETag)
    const lines = zstdDecompressSync(file).toString().split('\n')
    expect([lines[0], lines[2499], lines.length]).toEqual([
      '0,"number 0"',
      '2499,"number 2499"',
      2501,
    ])
  })

  it('of no rows is whole: a manifest without parts', async () => {
    const done = await extracted(numbers(0), 'staging/empty')
    expect(done).toMatchObject({ rows: 0, bytes: 0, parts: [] })
    expect(await bucket.get('staging/empty/manifest.json')).toEqual({ entries: [] })
  })

  it('holds rows of any size, however many come of one record', async () => {
    const large = table('large', {
      columns: { id: integer(), text: varchar(65_535) },
      from: generator(() => [9_000]),
      *rows(count) {
        for (let id = 0; id < count; id++) yield { id, text: 'x'.repeat(65_000) }
      },
    })
    // More than the longest string there can be.
    const done = await extracted(large[definition], 'staging/large')
    expect(done.rows).toBe(9_000)
    expect(done.parts.length).toBeGreaterThan(5)
  })

  it('tells of a value that does not fit with what was known of its column, and of no other', async () => {
    const columns = { id: integer().primaryKey(), cost$: varchar(2), title: varchar(2) }
    const from: MirroredDocuments = {
      source: { name: 'shop', kind: 'shop', packages: [] },
      documents: true,
      async *read({ columns: [, cost, title], warn }) {
        warn('cost is wider there.', cost)
        warn('title is wider there, as `cost$: varchar(9)` is.', title)
        warn('shop has a column more: `cost$: varchar(9),`.')
        yield [{ id: 1, cost$: 'dear', title: 'no' }]
      },
    }
    const wide = mirror(from, { name: 'wide', columns })[definition]
    await expect(extracted(wide, 'staging/wide')).rejects.toThrow(
      /^wide\.cost\$: 'dear' has 4 bytes, .* with id '1'\. cost is wider there\.$/,
    )
  })

  it('names the record that its row function cannot take', async () => {
    const places = { ...generator(() => [{ id: 1 }, { id: 2 }]), where: () => 'line 2 of a file' }
    const failing = table('failing', {
      columns: { id: integer() },
      from: places,
      row: ({ id }) => {
        if (id === 2) throw new Error('no such thing')
        return { id }
      },
    })
    await expect(extracted(failing[definition], 'staging/failing')).rejects.toMatchObject({
      name: 'BadValue',
      message:
        'failing: the function that makes its rows failed at line 2 of a file: no such thing',
    })
    expect(await keys('staging/failing')).toEqual([])
  })

  it('that fails leaves nothing on S3: no manifest, no part, no unfinished upload', async () => {
    const broken = numbers(300_000, new Error('the source broke'))
    await expect(extract({ table: broken, ...options('staging/broken') })).rejects.toThrow(
      'the source broke',
    )
    expect(await keys('staging/broken')).toEqual([])
  })

  it('is deleted whole, manifest first', async () => {
    const done = await extracted(numbers(10), 'staging/deleted')
    await deleteExtract(bucket, 'staging/deleted', done)
    expect(await keys('staging/deleted')).toEqual([])
  })
})
