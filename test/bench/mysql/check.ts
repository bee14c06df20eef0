import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { crc32 } from 'node:zlib'
import type { Connection } from 'mysql2/promise'
import type { Bucket } from '../../../lib/manifest/bucket.ts'
import { codecs } from '../../../lib/manifest/codec.ts'
import { type Extract, extractKey } from '../../../lib/manifest/manifest.ts'
import type { Codec } from '../../../lib/table/origin.ts'
import { checksumOf } from './table.ts'

/** Rows, and a sum of a checksum of each, which is the same in whatever order they come. */
export interface Content {
  readonly rows: number
  readonly checksum: number
}

const MODULUS = 2 ** 32
/** What stands between values, and for NULL, in what the checksums are of. */
const SEPARATOR = 0x1f
const NULL = 0x1e
/** A row may have so many bytes. */
const LONGEST = 1024 * 1024

/** What a table holds, as its server has it. */
export async function contentOf(connection: Connection, table: string): Promise<Content> {
  const checksum = `CAST(SUM(${checksumOf(SEPARATOR, NULL)}) % ${MODULUS} AS CHAR) AS checksum`
  const [found] = await connection.query(`SELECT COUNT(*) AS rows_, ${checksum} FROM ${table}`)
  const [row] = found as { rows_: number; checksum: string }[]
  return { rows: row?.rows_ ?? 0, checksum: Number(row?.checksum) }
}

/**
 * Reads what an extract has written to S3 and deletes it: gives the bytes of its CSV. Throws where it
 * is not what the table holds, to the last byte of each value.
 */
export async function check(bucket: Bucket, prefix: string, table: Content): Promise<number> {
  const extract = await bucket.get<Extract>(extractKey(prefix))
  if (!extract) throw new Error(`there is no extract at ${prefix}`)
  const { parts, format } = extract
  let [bytes, rows, checksum] = [0, 0, 0]
  for (const { key } of parts) {
    const reader = csvReader(format.marker ?? '', (row) => {
      rows++
      checksum = (checksum + crc32(row)) % MODULUS
    })
    await decompress(await bucket.stream(key), format.codec ?? 'zstd', (chunk) => {
      bytes += chunk.length
      reader(chunk)
    })
  }
  await bucket.delete(await bucket.list(prefix))
  if (rows === table.rows && checksum === table.checksum) return bytes
  const found = `${rows} rows with the checksum ${checksum}`
  throw new Error(
    `${extract.table}: ${found}, but ${table.rows} with ${table.checksum} are in MySQL`,
  )
}

/** Hands on the bytes of a compressed stream as they were. */
export async function decompress(
  stream: Readable,
  codec: Codec,
  take: (chunk: Buffer) => void,
): Promise<void> {
  const chunks = async (decompressed: AsyncIterable<Buffer>) => {
    for await (const chunk of decompressed) take(chunk)
  }
  await pipeline(stream, codecs[codec].decompressor(), chunks)
}

const [QUOTE, COMMA, LINE_END] = [0x22, 0x2c, 0x0a]

/** Reads CSV in chunks, and hands on the values of each row, whether they were quoted or not. */
function csvReader(marker: string, take: (row: Uint8Array) => void): (chunk: Buffer) => void {
  const bare = Buffer.from(marker)
  const row = Buffer.alloc(LONGEST)
  let [used, start] = [0, 0]
  let state: 'bare' | 'quoted' | 'after quote' = 'bare'
  const endValue = () => {
    if (
      state === 'bare' &&
      used - start === bare.length &&
      bare.equals(row.subarray(start, used))
    ) {
      row[start] = NULL
      used = start + 1
    }
    state = 'bare'
  }
  return (chunk) => {
    for (const byte of chunk) {
      if (state === 'quoted') {
        if (byte === QUOTE) state = 'after quote'
        else row[used++] = byte
      } else if (byte === QUOTE) {
        if (state === 'after quote') row[used++] = byte
        state = 'quoted'
      } else if (byte === COMMA) {
        endValue()
        row[used++] = SEPARATOR
        start = used
      } else if (byte === LINE_END) {
        endValue()
        take(row.subarray(0, used))
        used = start = 0
      } else row[used++] = byte
    }
  }
}
