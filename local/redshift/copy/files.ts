import { promisify } from 'node:util'
import { createZstdDecompress, gunzip } from 'node:zlib'
import { GetObjectCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3'
import { SqlError } from '../error.ts'
import type { CopyOptions } from './options.ts'

/** A file to load: its url, and what it holds, decompressed. */
export interface LoadFile {
  readonly url: string
  readonly bytes: Buffer
  /** Its size in S3. */
  readonly size: number
}

const inflate = { zstd: unzstd, gzip: promisify(gunzip) }

/** The files of a COPY, in their order, each read when it is asked for. Throws a SqlError. */
export async function* filesOf(s3: S3Client, options: CopyOptions): AsyncGenerator<LoadFile> {
  const entries = options.manifest
    ? await readManifest(s3, options.from)
    : await list(s3, options.from)
  let found = 0
  for (const { url, mandatory } of entries) {
    const object = await read(s3, url)
    if (!object) {
      if (mandatory) throw new SqlError(`The specified S3 file does not exist: ${url}`)
      continue
    }
    found++
    yield { url, size: object.length, bytes: await decompress(object, url, options.codec) }
  }
  if (found === 0) throw new SqlError(`No S3 file of the manifest ${options.from} exists`)
}

interface Entry {
  readonly url: string
  readonly mandatory: boolean
}

/** A manifest names each file in full; a file named twice is loaded twice. */
async function readManifest(s3: S3Client, url: string): Promise<Entry[]> {
  const object = await read(s3, url)
  if (!object) throw new SqlError(`The specified S3 manifest does not exist: ${url}`)
  const invalid = (why: string) => new SqlError(`COPY manifest ${url} is invalid: ${why}`)
  let manifest: unknown
  try {
    manifest = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(object))
  } catch (cause) {
    throw invalid(`it is not JSON (${(cause as Error).message})`)
  }
  const entries = isObject(manifest) ? manifest.entries : undefined
  if (!Array.isArray(entries)) throw invalid('it has no list of entries')
  if (entries.length === 0) throw invalid('its list of entries is empty')
  return entries.map((entry: unknown) => {
    const { url, mandatory = false } = isObject(entry) ? entry : {}
    if (typeof url !== 'string' || !/^s3:\/\/[^/]+\/.+/.test(url)) {
      throw invalid(`the url ${JSON.stringify(url)} of an entry is not an S3 file`)
    }
    if (typeof mandatory !== 'boolean') throw invalid('"mandatory" is neither true nor false')
    return { url, mandatory }
  })
}

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Without a manifest, FROM is what the names of the files begin with. */
async function list(s3: S3Client, url: string): Promise<Entry[]> {
  const { Bucket, Key } = placeOf(url)
  const entries: Entry[] = []
  let ContinuationToken: string | undefined
  do {
    const page = await s3.send(new ListObjectsV2Command({ Bucket, Prefix: Key, ContinuationToken }))
    for (const object of page.Contents ?? []) {
      entries.push({ url: `s3://${Bucket}/${object.Key}`, mandatory: true })
    }
    ContinuationToken = page.NextContinuationToken
  } while (ContinuationToken)
  if (entries.length === 0) throw new SqlError(`The specified S3 prefix '${Key}' does not exist`)
  return entries
}

function placeOf(url: string): { Bucket: string; Key: string } {
  const [, Bucket = '', Key = ''] = /^s3:\/\/([^/]+)\/(.+)$/s.exec(url) ?? []
  return { Bucket, Key }
}

/** The bytes of an S3 file, or undefined where there is none. */
export async function read(s3: S3Client, url: string): Promise<Buffer | undefined> {
  try {
    const { Body } = await s3.send(new GetObjectCommand(placeOf(url)))
    return Buffer.from((await Body?.transformToByteArray()) ?? [])
  } catch (error) {
    const { name, message } = error as Error
    if (name === 'NoSuchKey' || name === 'NotFound') return undefined
    throw new SqlError(`S3ServiceException: ${message}, Error ${name}, of ${url}`, { cause: error })
  }
}

async function decompress(
  bytes: Buffer,
  url: string,
  codec: CopyOptions['codec'],
): Promise<Buffer> {
  if (!codec) return bytes
  try {
    return await inflate[codec](bytes)
  } catch (cause) {
    throw new SqlError(`${url} is not ${codec.toUpperCase()} (${(cause as Error).message})`)
  }
}

/** A file of zstd may hold many frames, one after another; Node's decoder ends with the first. */
async function unzstd(bytes: Buffer): Promise<Buffer> {
  const frames: Buffer[] = []
  let at = 0
  do {
    const decoder = createZstdDecompress()
    decoder.end(bytes.subarray(at))
    frames.push(...(await decoder.toArray()))
    at += decoder.bytesWritten
  } while (at < bytes.length)
  return Buffer.concat(frames)
}
