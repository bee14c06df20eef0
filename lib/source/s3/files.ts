import { addAbortSignal, type Readable } from 'node:stream'
import { setTimeout as sleep } from 'node:timers/promises'
import type { S3Client } from '@aws-sdk/client-s3'
import { transient } from '../../error.ts'
import type { ListedFile, Reading, Source } from '../../table/origin.ts'
import { explain, isPassing } from './errors.ts'
import { isDataFile, type Place, prefixOf } from './path.ts'

/** The files of a bucket. */
export interface Files {
  /** The day's files, in the order of their keys. */
  list(reading: Reading): Promise<ListedFile[]>
  /** The bytes of a file, which must be as it was when it was listed. */
  read(file: ListedFile, reading: Reading): AsyncGenerator<Buffer>
  close(): void
}

const TRIES = 3

/** Opens a bucket with the credentials of the function. */
export async function openFiles(source: Source, place: Place): Promise<Files> {
  const { GetObjectCommand, ListObjectsV2Command, S3Client } = await import('./client.ts')
  const client: S3Client = new S3Client({
    requestHandler: { connectionTimeout: 10_000, socketTimeout: 60_000 },
  })
  const Bucket = source.bucket ?? ''

  async function list({ date, signal }: Reading): Promise<ListedFile[]> {
    const Prefix = prefixOf(place, date)
    const files: ListedFile[] = []
    let ContinuationToken: string | undefined
    do {
      const command = new ListObjectsV2Command({ Bucket, Prefix, ContinuationToken })
      const page = await client.send(command, { abortSignal: signal })
      for (const { Key = '', Size = 0, ETag = '' } of page.Contents ?? []) {
        if (Size === 0 || !isDataFile(place, Prefix, Key)) continue
        files.push({ url: `s3://${Bucket}/${Key}`, bytes: Size, etag: ETag })
      }
      ContinuationToken = page.NextContinuationToken
    } while (ContinuationToken)
    return files
  }

  /** The bytes of a file from a place on. */
  async function get({ url, etag }: ListedFile, from: number, signal: AbortSignal) {
    const Key = url.slice(`s3://${Bucket}/`.length)
    const Range = from > 0 ? `bytes=${from}-` : undefined
    const command = new GetObjectCommand({ Bucket, Key, IfMatch: etag, Range })
    const { Body } = await client.send(command, { abortSignal: signal })
    return addAbortSignal(signal, Body as Readable)
  }

  async function* read(file: ListedFile, signal: AbortSignal): AsyncGenerator<Buffer> {
    let at = 0
    for (let tries = 1; at < file.bytes; tries++) {
      const body = await get(file, at, signal)
      try {
        for await (const chunk of body) {
          at += chunk.length
          yield chunk
        }
        if (at !== file.bytes) throw transient(`${file.url}: ${at} bytes came of ${file.bytes}`)
      } catch (error) {
        // The client tries again what has not begun; what has begun goes on where it broke off.
        if (!isPassing(error) || tries === TRIES) throw error
        await sleep(2 ** tries * 250, undefined, { signal })
      }
    }
  }

  const fail = (error: unknown, signal: AbortSignal, url?: string): never => {
    signal.throwIfAborted()
    throw explain(error, { source, url })
  }

  return {
    list: (reading) => list(reading).catch((error) => fail(error, reading.signal)),
    async *read(file, { signal }) {
      try {
        yield* read(file, signal)
      } catch (error) {
        fail(error, signal, file.url)
      }
    },
    close: () => client.destroy(),
  }
}
