import { createHash } from 'node:crypto'
import { pipeline, Transform } from 'node:stream'
import { constants, createZstdCompress } from 'node:zlib'
import type { Block } from '../table/origin.ts'
import type { Bucket } from './bucket.ts'
import type { Part } from './manifest.ts'

/** A part is closed once this much CSV went in: compressed, COPY likes 1 MB to 1 GB. */
const PART_BYTES = 64 * 1024 * 1024

/**
 * Writes lines as `part-00000.csv.zst`, `part-00001.csv.zst`, … and returns what was written.
 * Memory does not grow with the rows. Whatever fails, nothing of it stays on S3.
 */
export async function writeParts(
  bucket: Bucket,
  prefix: string,
  blocks: AsyncIterable<Block>,
  partBytes: number = PART_BYTES,
): Promise<Part[]> {
  const parts: Part[] = []
  let open: OpenPart | undefined
  try {
    for await (const block of blocks) {
      if (block.rows === 0) continue
      const number = String(parts.length).padStart(5, '0')
      open ??= openPart(bucket, `${prefix}/part-${number}.csv.zst`)
      await open.write(block)
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
  write(block: Block): Promise<void>
  /** Bytes of CSV so far. */
  size(): number
  close(): Promise<Part>
  abandon(error: Error): Promise<void>
}

function openPart(bucket: Bucket, key: string): OpenPart {
  const level = { [constants.ZSTD_c_compressionLevel]: 1 }
  const compressor = createZstdCompress({ params: level, chunkSize: 256 * 1024 })
  const hash = createHash('sha256')
  let [rows, size, bytes] = [0, 0, 0]
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
    async write({ bytes: data, rows: count, release }) {
      rows += count
      size += data.length
      const taken = new Promise<void>((resolve) => compressor.write(data, () => resolve()))
      await Promise.race([taken, uploaded])
      release?.()
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
