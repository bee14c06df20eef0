import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { afterEach, beforeEach, expect, it } from '@jest/globals'
import { bucketOf } from '../../../lib/manifest/bucket.ts'
import { startS3 } from '../../../local/services/s3.ts'

let directory: string
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'usher-s3-test-'))
})
afterEach(() => rmSync(directory, { recursive: true }))

const receipt = (n: number) => `receipts/public.t${n}/date=2026-11-23.json`

it('keeps receipts from one night to the next, and no staged files', async () => {
  const night = await startS3(directory, ['bucket'])
  const bucket = bucketOf('bucket', night.client)
  await bucket.put('staging/public.t/part', {})
  await Promise.all(
    Array.from({ length: 30 }, async (_, n) => {
      await bucket.put(receipt(n), { n })
      await night.save()
    }),
  )
  await bucket.delete([receipt(7)])
  await bucket.put(receipt(8), { n: 'changed' })
  await night.save()
  await night.stop()
  expect(readdirSync(join(directory, 'bucket'))).toEqual(['receipts'])

  const next = await startS3(directory, ['bucket'])
  const again = bucketOf('bucket', next.client)
  expect(await again.get(receipt(29))).toEqual({ n: 29 })
  expect(await again.get(receipt(8))).toEqual({ n: 'changed' })
  expect(await again.get(receipt(7))).toBeUndefined()
  expect(await again.get('staging/public.t/part')).toBeUndefined()
  await next.stop()
})

it('lets one of many create an object, and lists what comes after a key', async () => {
  const s3 = await startS3(directory, ['bucket'])
  const bucket = bucketOf('bucket', s3.client)
  const tries = Array.from({ length: 20 }, (_, n) => bucket.create(receipt(1), { n }))
  expect((await Promise.all(tries)).filter(Boolean)).toHaveLength(1)
  expect(await bucket.create(receipt(1), {})).toBe(false)
  expect(await bucket.create(receipt(2), {})).toBe(true)
  expect(await bucket.list('receipts/')).toEqual([receipt(1), receipt(2)])
  expect(await bucket.list('receipts/', receipt(1))).toEqual([receipt(2)])
  await s3.stop()
})

it('gives who completes an upload twice the same answer twice, as S3 does', async () => {
  const s3 = await startS3(directory, ['bucket'])
  const place = { Bucket: 'bucket', Key: 'staging/part' }
  const { UploadId } = await s3.client.send(new CreateMultipartUploadCommand(place))
  const upload = { ...place, UploadId }
  const { ETag } = await s3.client.send(
    new UploadPartCommand({ ...upload, PartNumber: 1, Body: Buffer.from('rows') }),
  )
  const MultipartUpload = { Parts: [{ ETag, PartNumber: 1 }] }
  const complete = () =>
    s3.client.send(new CompleteMultipartUploadCommand({ ...upload, MultipartUpload }))
  const first = await complete()
  expect(first.ETag).toMatch(/-1"$/)
  expect((await complete()).ETag).toBe(first.ETag)
  await s3.stop()
})
