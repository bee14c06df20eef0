import { createHash } from 'node:crypto'
import { pipeline, Transform } from 'node:stream'
import { constants, createZstdCompress } from 'node:zlib'
import type { Bucket } from './bucket.ts'
import type { Part } from './manifest.ts'

/** Some lines of CSV. */
export interface Chunk {
  readonly text: string
  readonly rows: number
}

/** A part is closed once this much CSV went in: compressed, COPY likes 1 MB to 1 GB. */
const PART_BYTES = 64 * 1024 * 1024

/**
 * Writes lines as `part-00000.csv.zst`, `part-00001.csv.zst`, … and returns what was written.
 * Memory does not grow with the rows. Whatever fails, nothing of it stays on S3.
 */
export async function writeParts(
  bucket: Bucket,
  prefix: string,
  chunks: AsyncIterable<Chunk>,
  partBytes: number = PART_BYTES,
): Promise<Part[]> {
  const parts: Part[] = []
  const encode = encoder()
  let open: OpenPart | undefined
  try {
    for await (const chunk of chunks) {
      if (chunk.rows === 0) continue
      const number = String(parts.length).padStart(5, '0')
      open ??= openPart(bucket, `${prefix}/part-${number}.csv.zst`, encode)
      await open.write(chunk)
      if (open.size() >= partBytes) {
        parts.push(await open.close())
        open = undefined
      }
    }
    if (open) parts.push(await open.close())
    return parts
  } catch (error) {
    await open?.abandon(error as Error)
    await bucket.delete(parts.map(({ key }) => key))
    throw error
  }
}

interface OpenPart {
  write(chunk: Chunk): Promise<void>
  /** Bytes of CSV so far. */
  size(): number
  close(): Promise<Part>
  abandon(error: Error): Promise<void>
}

/** Encodes text as UTF-8; what it gave before the last time is overwritten. */
type Encode = (text: string) => Buffer

/** Two buffers take turns: a new one for each chunk would be garbage of megabytes. */
function encoder(): Encode {
  let [next, other] = [Buffer.allocUnsafeSlow(1024 * 1024), Buffer.allocUnsafeSlow(1024 * 1024)]
  return (text) => {
    if (text.length * 3 > next.length) return Buffer.from(text)
    ;[next, other] = [other, next]
    return other.subarray(0, other.write(text))
  }
}

function openPart(bucket: Bucket, key: string, encode: Encode): OpenPart {
  const level = { [constants.ZSTD_c_compressionLevel]: 1 }
  const compressor = createZstdCompress({ params: level, chunkSize: 256 * 1024 })
  const hash = createHash('sha256')
  let [rows, size, bytes] = [0, 0, 0]
  let taken: Promise<void> = Promise.resolve()
  const counter = new Transform({
    transform(data: Buffer, _encoding, done) {
      hash.update(data)
      bytes += data.length
      done(null, data)
    },
  })
  // The upload sees the counter fail; the callback only keeps the error from going astray.
  pipeline(compressor, counter, () => {})
  const uploaded = bucket.upload(key, counter)
  uploaded.catch((error) => compressor.destroy(error))
  return {
    async write(chunk) {
      const data = encode(chunk.text)
      rows += chunk.rows
      size += data.length
      // Then the compressor is done with what it has, and that may be overwritten.
      await Promise.race([taken, uploaded])
      taken = new Promise((resolve) => compressor.write(data, () => resolve()))
    },
    size: () => size,
    async close() {
      compressor.end()
      await uploaded
      return { key, rows, bytes, sha256: hash.digest('hex') }
    },
    async abandon(error) {
      compressor.destroy(error)
      await uploaded.catch(() => {})
    },
  }
}
