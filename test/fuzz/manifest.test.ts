import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { Failure } from '../../lib/error.ts'
import type { Bucket } from '../../lib/manifest/bucket.ts'
import { deleteExtract } from '../../lib/manifest/extract.ts'
import { type Extract, extractKey } from '../../lib/manifest/manifest.ts'
import { readExtract } from '../../lib/manifest/read.ts'
import { memoryBucket } from '../night/memory-bucket.ts'
import { fuzz } from './fuzz.ts'

const PREFIX = 'staging/public.orders/date=2026-11-23/run-1'
const part = { key: `${PREFIX}/part-00000.csv.zst`, rows: 2, bytes: 7, etag: '"x"' }
const files = {
  columns: ['id'],
  format: { kind: 'csv', codec: 'zstd', marker: 'NULL_x' },
  rows: 2,
  bytes: 7,
  parts: [part],
} as const
const good: Extract = {
  ...{ table: 'orders', date: '2026-11-23', notes: { 'at: zero dates loaded as NULL': 1 } },
  ...files,
  keys: { ...files, parts: [{ ...part, key: `${PREFIX}/keys/part-00000.csv.zst` }] },
  others: [`${PREFIX}/chunks.json`],
}

/** A bucket that holds one extract, and what was deleted from it. */
function bucketWith(text: string): { bucket: Bucket; deleted: string[] } {
  const deleted: string[] = []
  const bucket: Bucket = {
    ...memoryBucket(),
    get: async (key) => (key === extractKey(PREFIX) ? JSON.parse(text) : undefined),
    delete: async (keys) => void deleted.push(...keys),
  }
  return { bucket, deleted }
}

const KEYS = [
  'receipts/public.orders/date=2026-11-23.json',
  `${PREFIX}/../../locks/2026-11-23.json`,
  `${PREFIX}-other/part-00000.csv.zst`,
  PREFIX,
  '',
  '../x',
  's3://other/bucket',
  '__proto__',
]

/** The extract, with something put in the place of something, or text that is none. */
const hostile = fc.oneof(
  fc.json(),
  fc.string(),
  fc
    .tuple(fc.constantFrom(...KEYS), fc.constantFrom(part.key, 'chunks', 'keys'))
    .map(([key, where]) =>
      JSON.stringify(good).replace(new RegExp(`"[^"]*${where}[^"]*"`), JSON.stringify(key)),
    ),
  fc
    .tuple(
      fc.constantFrom(...Object.keys(good), 'parts.0.key', 'keys.parts', 'files'),
      fc.jsonValue(),
    )
    .map(([path, value]) => {
      const copy = JSON.parse(JSON.stringify(good))
      const steps = path.split('.')
      const last = steps.pop() ?? ''
      steps.reduce((at, step) => at[step], copy)[last] = value
      return JSON.stringify(copy)
    }),
  fc.constantFrom(
    '{"__proto__": {"polluted": true}}',
    JSON.stringify(good).replace('{', '{"__proto__": {"polluted": true},'),
    JSON.stringify(good).replace('{"at:', '{"__proto__": 7, "at:'),
  ),
)

describe('what an extract says of itself', () => {
  it('is read, and all of it deleted, where it is as it was written', async () => {
    const { bucket, deleted } = bucketWith(JSON.stringify(good))
    const found = await readExtract(bucket, PREFIX)
    expect(found).toEqual(good)
    await deleteExtract(bucket, PREFIX, good)
    expect(deleted).toContain(part.key)
    expect(deleted.every((key) => key.startsWith(`${PREFIX}/`))).toBe(true)
  })

  it('never has anything deleted beside it, whatever it says', () =>
    fuzz(
      fc.asyncProperty(hostile, async (text) => {
        const { bucket, deleted } = bucketWith(text)
        let found: Extract | undefined
        try {
          found = await readExtract(bucket, PREFIX)
        } catch (error) {
          expect(error).toBeInstanceOf(Failure)
          expect(error).toMatchObject({ name: 'WarehouseRefused' })
        }
        if (found) await deleteExtract(bucket, PREFIX, found)
        expect(deleted.filter((key) => !key.startsWith(`${PREFIX}/`))).toEqual([])
        expect(deleted.filter((key) => key.includes('/../'))).toEqual([])
        expect(({} as { polluted?: true }).polluted).toBeUndefined()
      }),
      3000,
    ))

  it('is not deleted by what was made otherwise than by reading it', async () => {
    const { bucket, deleted } = bucketWith('{}')
    const stray = { ...good, parts: [{ ...part, key: KEYS[0] ?? '' }] }
    await expect(deleteExtract(bucket, PREFIX, stray)).rejects.toThrow('is no file of the extract')
    expect(deleted).toEqual([])
  })
})
