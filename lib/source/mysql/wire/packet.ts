import { transient } from '../../../error.ts'

/** The values of a row packet of the text protocol: the bytes of each, or null. */
export function valuesOf(payload: Buffer): (Buffer | null)[] {
  const values: (Buffer | null)[] = []
  for (let at = 0; at < payload.length; ) {
    const first = payload[at] as number
    at++
    if (first === 251) {
      values.push(null)
      continue
    }
    const width = { 252: 2, 253: 3, 254: 8 }[first] ?? 0
    const size =
      width === 0
        ? first
        : width === 8
          ? Number(payload.readBigUInt64LE(at))
          : payload.readUIntLE(at, width)
    at += width + size
    if (first === 255 || at > payload.length) throw transient('a row packet of MySQL is malformed')
    values.push(payload.subarray(at - size, at))
  }
  return values
}

/** Packets of this many bytes go on in the next. */
export const MOST = 0xffffff

/**
 * Gathers the packets of one long row, however they are cut. Gives its payload, how many packets it
 * took and what came after it; undefined until it is whole.
 */
export function gatherRow() {
  const pieces: Buffer[] = []
  let [have, want] = [0, 4]
  return (piece: Buffer): { payload: Buffer; packets: number; rest: Buffer } | undefined => {
    pieces.push(piece)
    have += piece.length
    if (have < want) return undefined
    const bytes = Buffer.concat(pieces)
    pieces.splice(0, pieces.length, bytes)
    const payload: Buffer[] = []
    for (let at = 0; ; ) {
      want = at + 4
      if (have < want) return undefined
      const length = bytes.readUIntLE(at, 3)
      want += length
      if (have < want) return undefined
      payload.push(bytes.subarray(at + 4, want))
      at = want
      if (length === MOST) continue
      return { payload: Buffer.concat(payload), packets: payload.length, rest: bytes.subarray(at) }
    }
  }
}
