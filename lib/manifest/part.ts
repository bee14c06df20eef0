import { discard } from '../discard.ts'
import type { Block, Codec } from '../table/origin.ts'
import type { Bucket } from './bucket.ts'
import { codecs } from './codec.ts'
import type { Part } from './manifest.ts'

/** A part that is being written: what it is given is compressed and sent meanwhile. */
export interface OpenPart {
  /** Bytes of CSV that it was given. */
  size(): number
  /** Takes a block, and releases it once it is compressed. */
  write(block: Block): void
  /** The blocks that are not compressed yet; they fail where the upload does. */
  readonly inHand: ReadonlySet<Promise<void>>
  /** Ends the part. Throws what the upload threw. */
  close(): Promise<Part>
  /** Gives the part up, and waits until it has come to an end. */
  abandon(error: Error): Promise<void>
}

/** Begins a part at `key`. */
export function openPart(bucket: Bucket, key: string, codec: Codec): OpenPart {
  const compressor = codecs[codec].compressor()
  const inHand = new Set<Promise<void>>()
  let [rows, size, bytes] = [0, 0, 0]
  async function* compressed(): AsyncGenerator<Buffer> {
    for await (const chunk of compressor) {
      bytes += chunk.length
      yield chunk
      // A compressor fills one buffer after the other, and has left this one when it is full.
      if (chunk.byteOffset + chunk.length === chunk.buffer.byteLength) discard(chunk.buffer)
    }
  }
  const uploaded = bucket.upload(key, compressed())
  uploaded.catch((error) => compressor.destroy(error))
  return {
    size: () => size,
    inHand,
    write({ bytes: data, rows: count, release }) {
      rows += count
      size += data.length
      const taken = new Promise<void>((resolve) => {
        compressor.write(data, (error) => {
          inHand.delete(taken)
          release?.()
          // A compressor fails only where its upload did, which knows why.
          resolve(error ? uploaded.then() : undefined)
        })
      })
      // Whoever waits sees it fail; this only keeps the error from going astray.
      taken.catch(() => {})
      inHand.add(taken)
    },
    async close() {
      compressor.end()
      const etag = await uploaded
      return { key, rows, bytes, etag }
    },
    async abandon(error) {
      compressor.destroy(error)
      await uploaded.catch(() => {})
    },
  }
}
