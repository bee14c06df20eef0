import { pipeline, Readable, type Transform } from 'node:stream'
import { createGunzip, createZstdDecompress } from 'node:zlib'
import type { FileFormat } from '../../table/origin.ts'

type Chunks = AsyncIterable<Buffer>

/** Larger than the usual 16 kB, to be asked less often. */
const CHUNK = { chunkSize: 128 * 1024 }

/** What compressed bytes were made of. Throws what zlib throws. */
export function decompress(bytes: Chunks, codec: FileFormat['codec']): Chunks {
  if (codec === 'gzip') return through(bytes, createGunzip(CHUNK))
  return codec === 'zstd' ? unzstd(bytes) : bytes
}

/** Whether zlib complained of what it was given. */
export const isCodecError = (error: unknown): boolean =>
  /^(Z_|ZSTD_|ERR_TRAILING_JUNK)/.test(String((error as { code?: unknown }).code))

function through(bytes: Chunks, decoder: Transform): Chunks {
  // Whoever reads the decoder sees the error; the callback only keeps it from going astray.
  pipeline(Readable.from(bytes), decoder, () => {})
  return decoder
}

/**
 * A file of zstd may hold many frames, one after another. Node's decoder ends with the first and
 * says nothing of the rest: what it has not taken goes to the next decoder.
 */
async function* unzstd(bytes: Chunks): AsyncGenerator<Buffer> {
  const source = bytes[Symbol.asyncIterator]()
  let held: Buffer[] = []
  let pulling: Promise<Buffer | undefined> = Promise.resolve(undefined)
  const pull = async () => {
    const { value, done } = await source.next()
    if (done) return undefined
    held.push(value)
    return value as Buffer
  }
  try {
    while (held.length > 0 || (await pull())) {
      const decoder = createZstdDecompress(CHUNK)
      const first = [...held]
      let dropped = 0
      const feed = async function* () {
        yield* first
        for (;;) {
          for (; held[0] && dropped + held[0].length <= decoder.bytesWritten; held.shift()) {
            dropped += held[0].length
          }
          pulling = pull()
          const chunk = await pulling
          if (!chunk) return
          yield chunk
        }
      }
      yield* through(feed(), decoder)
      await pulling
      const rest = Buffer.concat(held).subarray(decoder.bytesWritten - dropped)
      held = rest.length > 0 ? [rest] : []
    }
  } finally {
    await source.return?.()
  }
}
