import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { generator, integer, table, varchar } from '#lib'
import { type Bucket, bucketOf } from '../../lib/manifest/bucket.ts'
import { conclude, extract } from '../../lib/manifest/extract.ts'
import { type Extract, manifestKey } from '../../lib/manifest/manifest.ts'
import { verifyExtract } from '../../lib/manifest/verify.ts'
import { definition } from '../../lib/table/definition.ts'
import { type S3, startS3 } from '../../local/services/s3.ts'

let s3: S3
let bucket: Bucket
beforeAll(async () => {
  s3 = await startS3('/nonexistent', ['staging'])
  bucket = bucketOf('staging', s3.client)
})
afterAll(() => s3.stop())

const numbers = table('numbers', {
  columns: { id: integer(), text: varchar(10) },
  from: generator(() => [{ id: 1, text: 'one' }]),
  row: (record) => record,
})[definition]

let attempts = 0
let prefix: string
let whole: Extract
let rowsPart: string
let keysPart: string

/** Each test has an extract with keys, of two parts. */
beforeEach(async () => {
  prefix = `staging/public.numbers/date=2026-11-23/${++attempts}`
  const written = async (prefix: string) => {
    const signal = new AbortController().signal
    const done = await extract({ table: numbers, date: '2026-11-23', bucket, prefix, signal })
    if (!done) throw new Error('nothing was extracted')
    return done
  }
  whole = { ...(await written(prefix)), keys: await written(`${prefix}/keys`) }
  await conclude(bucket, prefix, whole)
  rowsPart = `${prefix}/part-00000.csv.zst`
  keysPart = `${prefix}/keys/part-00000.csv.zst`
})
const verified = () => verifyExtract(bucket, prefix, whole)
const upload = (key: string, text: string) =>
  bucket.upload(
    key,
    (async function* () {
      yield Buffer.from(text)
    })(),
  )

describe('an extract that is loaded', () => {
  it('is as it was written, whatever lies beside it', async () => {
    await upload(`${prefix}/part-00001.csv.zst`, 'left over')
    await upload(`${prefix}0/part-00000.csv.zst`, 'of another attempt')
    await expect(verified()).resolves.toBeUndefined()
  })

  it('has all its parts, or the first that is gone is named', async () => {
    const [part] = whole.parts
    await bucket.delete([rowsPart, keysPart])
    await expect(verified()).rejects.toMatchObject({
      name: 'WarehouseRefused',
      message:
        `numbers: s3://staging/${rowsPart} is gone, and was ${part?.bytes} bytes ` +
        `(ETag ${part?.etag.slice(1, -1)}), and 1 more of 2 parts. Nothing of it is loaded. ` +
        'Run it again: it is then read anew',
    })
  })

  it.each([
    ['cut off', () => rowsPart, () => 'x'],
    ['of the keys cut off', () => keysPart, () => ''],
    ['written anew, as long as it was', () => rowsPart, () => 'x'.repeat(whole.bytes)],
  ])('has no part that is %s', async (_, key, text) => {
    const etag = await upload(key(), text())
    await expect(verified()).rejects.toThrow(
      `s3://staging/${key()} is ${text().length} bytes (ETag ${etag.slice(1, -1)}) now, and was written as`,
    )
  })

  it.each([
    ['names a part twice', (entries: object[]) => [...entries, ...entries]],
    ['lacks a part', () => []],
  ])('has no manifest that %s', async (_, change) => {
    const key = manifestKey(prefix)
    const { entries } = (await bucket.get<{ entries: object[] }>(key)) ?? { entries: [] }
    await bucket.put(key, { entries: change(entries) })
    await expect(verified()).rejects.toThrow(
      `numbers: s3://staging/${key} does not name just the files of its extract. Nothing of it`,
    )
    await upload(key, '{"entries": [')
    await expect(verified()).rejects.toThrow('does not name just the files of its extract. Nothing')
    await bucket.delete([key])
    await expect(verified()).rejects.toThrow(`s3://staging/${key} is gone. Nothing of it`)
  })
})
