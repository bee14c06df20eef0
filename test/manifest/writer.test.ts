import { createHash } from 'node:crypto'
import { gunzipSync, zstdDecompressSync } from 'node:zlib'
import { ListMultipartUploadsCommand } from '@aws-sdk/client-s3'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { type Bucket, bucketOf } from '../../lib/manifest/bucket.ts'
import type { Part } from '../../lib/manifest/manifest.ts'
import { type Packing, writeParts } from '../../lib/manifest/writer.ts'
import type { Block } from '../../lib/table/origin.ts'
import { type S3, startS3 } from '../../local/services/s3.ts'
import { memoryBucket } from '../night/memory-bucket.ts'

const MB = 1024 * 1024

/** A bucket that holds what is uploaded in memory. */
function shelf() {
  const files = new Map<string, Buffer>()
  const bucket: Bucket = {
    ...memoryBucket(),
    async upload(key, body) {
      const chunks: Uint8Array[] = []
      for await (const chunk of body) chunks.push(Buffer.from(chunk))
      files.set(key, Buffer.concat(chunks))
      return `"${key}"`
    },
    async delete(keys) {
      for (const key of keys) files.delete(key)
    },
  }
  const csvOf = ({ key }: Part) => zstdDecompressSync(files.get(key) ?? '')
  return { bucket, files, csvOf }
}

/** A block of one line of so many bytes, which no other line is like. */
const line = (number: number, size: number): Buffer =>
  Buffer.from(`${String(number).padEnd(Math.max(size - 1, 8), '.')}\n`)

async function* blocksOf(sizes: readonly number[]): AsyncGenerator<Block> {
  for (const [number, size] of sizes.entries()) yield { bytes: line(number, size), rows: 1 }
}

/** Blocks in a few buffers that are written over as soon as they are released. */
async function* ring(
  sizes: readonly number[],
  held = new Set<number>(),
  buffers = 4,
): AsyncGenerator<Block> {
  const free: Buffer[] = Array.from({ length: buffers }, () =>
    Buffer.alloc(Math.max(0, ...sizes) + 8),
  )
  let wake = () => {}
  for (const [number, size] of sizes.entries()) {
    while (free.length === 0) {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
    const buffer = free.pop() ?? Buffer.alloc(0)
    const bytes = buffer.subarray(0, line(number, size).copy(buffer))
    held.add(number)
    yield {
      bytes,
      rows: 1,
      release() {
        if (!held.delete(number)) throw new Error(`block ${number} is released twice`)
        bytes.fill('x')
        free.push(buffer)
        wake()
      },
    }
  }
}

const numbersIn = (csv: Buffer): number[] =>
  csv
    .toString()
    .split('\n')
    .slice(0, -1)
    .map((text) => Number.parseInt(text, 10))

const packed = (slices: number): Packing => ({ codec: 'zstd', slices })
const equal = (count: number, size: number) => Array.from({ length: count }, () => size)

describe('the writer', () => {
  it('writes as many parts as there are slices, all of one size, and groups of them', async () => {
    const { bucket, csvOf } = shelf()
    const parts = await writeParts(bucket, 'p', blocksOf(equal(120, MB / 4)), packed(4), 5 * MB)
    expect(parts.map(({ key }) => key)).toEqual([
      ...['p/part-00000.csv.zst', 'p/part-00001.csv.zst', 'p/part-00002.csv.zst'],
      ...['p/part-00003.csv.zst', 'p/part-00004.csv.zst', 'p/part-00005.csv.zst'],
      ...['p/part-00006.csv.zst', 'p/part-00007.csv.zst'],
    ])
    const megabytes = parts.map((part) => csvOf(part).length / MB)
    for (const [i, size] of megabytes.entries()) {
      expect(Math.abs(size - (i < 4 ? 5 : 2.5))).toBeLessThanOrEqual(0.75)
    }
  })

  it('says of each part its rows, bytes and ETag', async () => {
    const { bucket, files, csvOf } = shelf()
    const parts = await writeParts(bucket, 'p', blocksOf(equal(23, MB / 4)))
    expect(parts).toHaveLength(4)
    for (const part of parts) {
      const { key, rows, bytes, etag } = part
      expect(rows).toBe(numbersIn(csvOf(part)).length)
      const file = files.get(key) ?? Buffer.alloc(0)
      expect(bytes).toBe(file.length)
      expect(etag).toBe(`"${key}"`)
    }
  })

  it.each([
    ['one part of a small table', equal(15, MB / 4), 1],
    ['none of no rows', [], 0],
    ['no new group of what is left over', equal(41, MB / 4), 4],
  ])('makes %s', async (_what, sizes, count) => {
    const { bucket } = shelf()
    const parts = await writeParts(bucket, 'p', blocksOf(sizes), packed(4), 2 * MB)
    expect(parts).toHaveLength(count)
    expect(parts.reduce((sum, { rows }) => sum + rows, 0)).toBe(sizes.length)
  })

  it.each([
    [1, 1],
    [3, 3],
    [8, 8],
    [12, 6],
    [16, 8],
    [26, 2],
  ])('of %d slices serves %d at once', async (slices, atOnce) => {
    const { bucket } = shelf()
    const parts = await writeParts(bucket, 'p', blocksOf(equal(40, MB / 4)), packed(slices))
    expect(parts).toHaveLength(atOnce)
  })

  it('makes up in the other parts for a huge block in one', async () => {
    const { bucket, csvOf } = shelf()
    const sizes = [...equal(16, MB / 4), 5 * MB, ...equal(60, MB / 4)]
    const parts = await writeParts(bucket, 'p', blocksOf(sizes), packed(4))
    const megabytes = parts.map((part) => csvOf(part).length / MB)
    expect(Math.max(...megabytes) - Math.min(...megabytes)).toBeLessThanOrEqual(0.75)
  })

  it('compresses with gzip where it is told to', async () => {
    const { bucket, files } = shelf()
    const packing = { codec: 'gzip', slices: 2 } as const
    const parts = await writeParts(bucket, 'p', blocksOf(equal(20, MB / 4)), packing)
    expect(parts.map(({ key }) => key)).toEqual(['p/part-00000.csv.gz', 'p/part-00001.csv.gz'])
    const all = parts.flatMap(({ key }) => numbersIn(gunzipSync(files.get(key) ?? '')))
    expect(all.sort((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i))
  })

  it('loses no line and spoils none, whatever blocks come, in buffers that are used again', async () => {
    const size = fc.oneof(
      { weight: 6, arbitrary: fc.integer({ min: 200_000, max: 600_000 }) },
      { weight: 2, arbitrary: fc.integer({ min: 8, max: 2000 }) },
      { weight: 1, arbitrary: fc.integer({ min: MB, max: 5 * MB }) },
    )
    const sizes = fc.array(size, { maxLength: 60 })
    await fc.assert(
      fc.asyncProperty(sizes, fc.integer({ min: 1, max: 9 }), async (sizes, slices) => {
        const { bucket, files, csvOf } = shelf()
        const held = new Set<number>()
        const parts = await writeParts(bucket, 'p', ring(sizes, held), packed(slices), MB)
        expect(held.size).toBe(0)
        expect([...files.keys()].sort()).toEqual(parts.map(({ key }) => key))
        const numbers = parts.map((part) => numbersIn(csvOf(part)))
        expect(numbers.map(({ length }) => length)).toEqual(parts.map(({ rows }) => rows))
        expect(numbers.flat().sort((a, b) => a - b)).toEqual(sizes.map((_, i) => i))
        const lines = parts.map((part) => csvOf(part).toString()).join('')
        for (const [i, size] of sizes.entries()) expect(lines).toContain(line(i, size).toString())
        if (parts.length > 1) expect(parts.length % (slices === 9 ? 3 : slices)).toBe(0)
      }),
      { numRuns: 40 },
    )
  }, 60_000)
})

/** Text that does not compress below half, so that the parts are large on S3 too. */
async function* noise(megabytes: number, then?: Error): AsyncGenerator<Block> {
  for (let i = 0; i < megabytes; i++) {
    let text = ''
    for (let n = 0; n < 16_384; n++) text += createHash('sha256').update(`${i} ${n}`).digest('hex')
    yield { bytes: Buffer.from(text), rows: 16_384 }
  }
  if (then) throw then
}

describe('the writer, on S3,', () => {
  let s3: S3
  let bucket: Bucket
  beforeAll(async () => {
    s3 = await startS3('/nonexistent', ['staging'])
    bucket = bucketOf('staging', s3.client)
  })
  afterAll(() => s3.stop())
  const left = async (prefix: string) => {
    const list = new ListMultipartUploadsCommand({ Bucket: 'staging' })
    const { Uploads = [] } = await s3.client.send(list)
    return [...(await bucket.list(prefix)), ...Uploads.map(({ Key }) => `unfinished ${Key}`)]
  }

  it('leaves no part and no unfinished upload where the blocks break off', async () => {
    const begun: string[] = []
    const spied = {
      ...bucket,
      upload: (key: string, body: AsyncIterable<Uint8Array>) => {
        begun.push(key)
        return bucket.upload(key, body)
      },
    }
    const broken = noise(70, new Error('broke off'))
    await expect(writeParts(spied, 'half', broken, packed(2), 25 * MB)).rejects.toThrow('broke off')
    expect(begun).toHaveLength(4)
    expect(await left('half')).toEqual([])
  })

  it('leaves nothing where one part of many fails, and says why', async () => {
    const failing = {
      ...bucket,
      async upload(key: string, body: AsyncIterable<Uint8Array>) {
        if (!key.includes('part-00002')) return bucket.upload(key, body)
        for await (const _ of body) break
        throw new Error('no more room')
      },
    }
    const blocks = noise(40)
    await expect(writeParts(failing, 'one', blocks, packed(4), 4 * MB)).rejects.toThrow(
      'no more room',
    )
    expect(await left('one')).toEqual([])
  })

  it('fails, and does not hang, where S3 refuses', async () => {
    const nowhere = bucketOf('no-such-bucket', s3.client)
    await expect(writeParts(nowhere, 'x', noise(20))).rejects.toMatchObject({
      name: 'NoSuchBucket',
    })
  })
})
