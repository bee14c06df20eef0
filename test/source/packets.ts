/** The values of a row, as a server writes them. */
export type Values = (Buffer | null)[]

function lengthOf(size: number): Buffer {
  if (size < 251) return Buffer.from([size])
  if (size < 65_536) return Buffer.from([252, size & 255, size >> 8])
  if (size < 2 ** 24) return Buffer.from([253, size & 255, (size >> 8) & 255, size >> 16])
  const long = Buffer.alloc(9, 254)
  long.writeBigUInt64LE(BigInt(size), 1)
  return long
}

/** Packets of a payload: more than one where it has 16 MB. */
function packetsOf(payload: Buffer, sequence: number): Buffer[] {
  const packets: Buffer[] = []
  for (let at = 0; ; at += 0xffffff) {
    const part = payload.subarray(at, at + 0xffffff)
    const header = Buffer.alloc(4)
    header.writeUIntLE(part.length, 0, 3)
    header[3] = (sequence + packets.length) & 255
    packets.push(Buffer.concat([header, part]))
    if (part.length < 0xffffff) return packets
  }
}

/** The packet that ends rows. */
export const END = Buffer.from([0xfe, 0, 0, 2, 0])

/** What a server sends of rows, and the number of the packet that ends them. */
export function sent(rows: readonly Values[], first = 0) {
  const packets: Buffer[] = []
  for (const row of rows) {
    const payload = row.flatMap((value) =>
      value ? [lengthOf(value.length), value] : [Buffer.from([251])],
    )
    packets.push(...packetsOf(Buffer.concat(payload), first + packets.length))
  }
  const sequence = (first + packets.length) & 255
  return { bytes: Buffer.concat([...packets, ...packetsOf(END, sequence)]), sequence }
}
