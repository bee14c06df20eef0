import type { Connection } from 'mysql2'
import type { Block } from '../../../table/origin.ts'
import type { Recoding } from './recoding.ts'
import { type Transcoder, transcoder } from './transcoder.ts'

/** What is used of mysql2 besides its documented interface; test/source/mysql.test.ts holds it. */
interface Internals {
  /** Takes what the socket gives: whole packets, parts of them, many at once. */
  packetParser: { execute(bytes: Buffer): unknown }
  /** The number that the next packet must have. */
  sequenceId: number
  readonly stream: { pause(): void; resume(): void }
}

/** Takes what else comes of rows that nobody wants: to mysql2 it would seem out of order. */
const deaf: Internals['packetParser'] = { execute: () => {} }

/** Whether a connection is made as `readBlocks` needs it. */
export function hasInternals(connection: Connection): boolean {
  const { packetParser, sequenceId, stream } = connection as unknown as Partial<Internals>
  return (
    typeof packetParser?.execute === 'function' &&
    typeof sequenceId === 'number' &&
    typeof stream?.pause === 'function'
  )
}

/**
 * Runs a SELECT and gives its rows as blocks of CSV. mysql2 sends it and reads the head and the tail of
 * the answer; the rows between them never reach it. The socket stands still while no block is free.
 * Throws what mysql2 throws, and what the encoder throws of a value. Left early, it closes the connection.
 */
export async function* readBlocks(
  connection: Connection,
  sql: string,
  recoding: Recoding,
): AsyncGenerator<Block> {
  const inner = connection as unknown as Internals
  const parser = inner.packetParser
  const head = headOf()
  let rows: Transcoder | undefined
  let [ended, paused] = [false, false]
  let failure: unknown
  let wake = () => {}

  const fail = (error: unknown) => {
    failure ??= error
    ended = true
    wake()
  }
  const step = (bytes: Buffer) => {
    if (!rows || ended) return
    const tail = rows.feed(bytes)
    if (tail) {
      inner.packetParser = parser
      inner.sequenceId = tail.sequence
      parser.execute(tail.bytes)
    } else if (rows.isBlocked && !paused) {
      paused = true
      inner.stream.pause()
    }
    wake()
  }
  inner.packetParser = {
    execute(bytes) {
      try {
        if (rows) return step(bytes)
        const found = head(bytes)
        if (!found) return
        if (!found.rows) inner.packetParser = parser
        parser.execute(found.head)
        if (!found.rows) return
        rows = transcoder(recoding, inner.sequenceId)
        step(found.rows)
      } catch (error) {
        inner.packetParser = deaf
        fail(error)
      }
    },
  }
  connection.query({ sql, rowsAsArray: true, typeCast: false }, (error) => {
    if (error) fail(error)
    ended = true
    wake()
  })

  try {
    for (;;) {
      const last = ended
      if (failure) throw failure
      const block = rows?.take(last)
      if (block) {
        const release = () => {
          block.release?.()
          wake()
        }
        yield { bytes: block.bytes, rows: block.rows, release }
      } else if (last) {
        return
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
        wake = () => {}
      }
      if (paused && rows && !rows.isBlocked) {
        paused = false
        inner.stream.resume()
        inner.packetParser.execute(Buffer.alloc(0))
      }
    }
  } finally {
    if (ended && !failure) inner.packetParser = parser
    else {
      inner.packetParser = deaf
      connection.destroy()
    }
  }
}

/**
 * Finds where the rows of an answer begin: after a packet that says how many columns there are, one
 * for each, and one that ends them. Gives undefined until then, and no rows where the answer is none.
 */
function headOf() {
  let bytes: Buffer = Buffer.alloc(0)
  let [at, packets, columns] = [0, 0, 0]
  return (piece: Buffer): { head: Buffer; rows?: Buffer } | undefined => {
    bytes = Buffer.concat([bytes, piece])
    while (bytes.length >= at + 4) {
      const end = at + 4 + bytes.readUIntLE(at, 3)
      if (bytes.length < end) return undefined
      if (packets === 0) {
        const first = bytes[at + 4] as number
        // An error, a mere OK, or a wish for a file.
        if (first === 0xff || first === 0 || first === 0xfb) return { head: bytes }
        columns = first === 0xfc ? bytes.readUInt16LE(at + 5) : first
      }
      at = end
      packets++
      if (packets === columns + 2) return { head: bytes.subarray(0, at), rows: bytes.subarray(at) }
    }
    return undefined
  }
}
