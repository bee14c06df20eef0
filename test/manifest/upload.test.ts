import { createHash } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { HeadObjectCommand, ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { type Bucket, bucketOf } from '../../lib/manifest/bucket.ts'
import { type S3, startS3 } from '../../local/services/s3.ts'
import { type Faults, startFaults } from './faults.ts'

const MB = 1024 * 1024

let s3: S3
let faults: Faults
let client: S3Client
let bucket: Bucket
beforeAll(async () => {
  s3 = await startS3('/nonexistent', ['staging'])
  faults = await startFaults(s3.url)
  client = new S3Client({
    endpoint: faults.url,
    forcePathStyle: true,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
  bucket = bucketOf('staging', client)
})
afterEach(() => {
  faults.next = () => undefined
})
afterAll(async () => {
  client.destroy()
  await faults.stop()
  await s3.stop()
})

const isPart = (url = ''): boolean => /partNumber=/.test(url)
/** Bytes of which no piece is like another. */
function body(size: number): Buffer {
  const bytes = Buffer.alloc(size)
  for (let at = 0; at < size; at += 4) bytes.writeUInt32LE(at, Math.min(at, size - 4))
  return bytes
}
async function* inPieces(bytes: Buffer, then?: () => Promise<void>): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += 300_001) yield bytes.subarray(at, at + 300_001)
  await then?.()
}
const hash = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex')
async function hashOf(key: string): Promise<string> {
  return hash(Buffer.concat(await (await bucket.stream(key)).toArray()))
}
async function unfinished(): Promise<number> {
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: 'staging' }))
  return Uploads.length
}

describe('an upload', () => {
  it.each([
    ['nothing', 0],
    ['a little', 17],
    ['exactly one part', 5 * MB],
    ['exactly two parts', 10 * MB],
    ['a little more than two', 10 * MB + 1],
  ])('keeps every byte of %s', async (_what, size) => {
    const whole = body(size)
    const etag = await bucket.upload('whole', inPieces(whole))
    const there = await s3.client.send(new HeadObjectCommand({ Bucket: 'staging', Key: 'whole' }))
    expect(etag).toBe(there.ETag)
    expect(await hashOf('whole')).toBe(hash(whole))
  })

  it.each(['is refused', 'breaks off'] as const)(
    'sends a part again, whole, that %s twice',
    async (fault) => {
      const times = new Map<string, number>()
      faults.next = ({ url = '' }) => {
        if (!isPart(url)) return undefined
        const number = /partNumber=(\d+)/.exec(url)?.[1] ?? ''
        times.set(number, (times.get(number) ?? 0) + 1)
        return number === '2' && (times.get(number) ?? 0) <= 2 ? fault : undefined
      }
      const whole = body(17 * MB)
      await bucket.upload('again', inPieces(whole))
      expect(Object.fromEntries(times)).toEqual({ 1: 1, 2: 3, 3: 1, 4: 1 })
      expect(await hashOf('again')).toBe(hash(whole))
    },
  )

  it('leaves nothing, and says why, where a part is refused for good', async () => {
    faults.next = ({ url = '' }) => (/partNumber=1&/.test(`${url}&`) ? 'is refused' : undefined)
    const upload = bucket.upload('refused', inPieces(body(30 * MB)))
    await expect(upload).rejects.toMatchObject({ name: 'SlowDown' })
    expect(await unfinished()).toBe(0)
    expect(await bucket.list('refused')).toEqual([])
  })

  it('leaves nothing where what it is given breaks off', async () => {
    const broken = inPieces(body(12 * MB), () => Promise.reject(new Error('broke off')))
    await expect(bucket.upload('broken', broken)).rejects.toThrow('broke off')
    expect(await unfinished()).toBe(0)
    expect(await bucket.list('broken')).toEqual([])
  })
})

describe('many uploads at once', () => {
  it('have no more than a few parts in memory, however slowly they go', async () => {
    let [now, most] = [0, 0]
    client.middlewareStack.add(
      (next, { commandName }) =>
        async (args) => {
          if (commandName !== 'UploadPartCommand') return next(args)
          most = Math.max(most, ++now)
          await sleep(100)
          return next(args).finally(() => now--)
        },
      { step: 'initialize', name: 'slowly' },
    )
    const whole = body(31 * MB)
    const keys = ['slow/1', 'slow/2']
    await Promise.all(keys.map((key) => bucket.upload(key, inPieces(whole))))
    client.middlewareStack.remove('slowly')
    for (const key of keys) expect(await hashOf(key)).toBe(hash(whole))
    expect(most).toBeGreaterThan(2)
    expect(most).toBeLessThanOrEqual(7)
  })

  it('all come to their end, though they are more than the parts in memory', async () => {
    const whole = body(11 * MB)
    const keys = Array.from({ length: 12 }, (_, i) => `many/${i}`)
    await Promise.all(keys.map((key) => bucket.upload(key, inPieces(whole))))
    for (const key of keys) expect(await hashOf(key)).toBe(hash(whole))
  })

  it('do not wait for those that have begun and cannot go on', async () => {
    const { promise: done, resolve } = Promise.withResolvers<void>()
    const waiting = Array.from({ length: 9 }, (_, i) =>
      bucket.upload(
        `waiting/${i}`,
        inPieces(body(MB), () => done),
      ),
    )
    // They have what they are given by then, and fill a buffer each.
    await sleep(100)
    await bucket.upload('going', inPieces(body(22 * MB)))
    resolve()
    await Promise.all(waiting)
    expect(await bucket.list('waiting/')).toHaveLength(9)
  })
})
