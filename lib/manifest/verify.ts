import { isDeepStrictEqual } from 'node:util'
import { Failure } from '../error.ts'
import { type Bucket, isBroken, type StoredObject } from './bucket.ts'
import { type Extract, manifestsOf, type StagedFile } from './manifest.ts'

const AGAIN = 'Nothing of it is loaded. Run it again: it is then read anew'

/**
 * Looks whether an extract is on S3 as it was written: each part with the size and the ETag that it had
 * then, and manifests of just those. Throws a WarehouseRefused that names the first that is not. Files
 * that others wrote are COPY's alone to read.
 */
export async function verifyExtract(
  bucket: Bucket,
  prefix: string,
  extract: Extract,
): Promise<void> {
  const refuse = (problem: string) =>
    new Failure('WarehouseRefused', `${extract.table}: ${problem}. ${AGAIN}`)
  const there = new Map((await bucket.objects(`${prefix}/`)).map((found) => [found.key, found]))
  const parts = [...extract.parts, ...(extract.keys?.parts ?? [])]
  const [wrong, ...others] = parts.filter((part) => !isSame(part, there.get(part.key)))
  if (wrong) {
    const found = there.get(wrong.key)
    const more = others.length > 0 ? `, and ${others.length} more of ${parts.length} parts` : ''
    const what = found ? `is ${show(found)} now, and was written as` : 'is gone, and was'
    throw refuse(`s3://${bucket.name}/${wrong.key} ${what} ${show(wrong)}${more}`)
  }
  for (const { key, manifest } of manifestsOf(bucket.name, prefix, extract)) {
    const found = await bucket.get(key).catch((error: unknown) => {
      if (!isBroken(error)) throw error
    })
    if (isDeepStrictEqual(found, manifest)) continue
    const what = there.has(key) ? 'does not name just the files of its extract' : 'is gone'
    throw refuse(`s3://${bucket.name}/${key} ${what}`)
  }
}

const isSame = ({ bytes, etag }: StagedFile, found?: StoredObject): boolean =>
  found !== undefined && found.bytes === bytes && found.etag === etag

const show = ({ bytes, etag }: Omit<StoredObject, 'key'>): string =>
  `${bytes.toLocaleString('en')} bytes (ETag ${etag.replaceAll('"', '')})`
