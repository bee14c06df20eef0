import type { Command } from './resp.ts'

/** Redis data that is being made: its commands are written in the end, each key by one of them. */
export class Keyspace {
  readonly #hashes = new Map<string, Map<string, string | Buffer>>()
  readonly #strings = new Map<string, string>()
  readonly #lists = new Map<string, readonly string[]>()
  readonly #sets = new Map<string, Set<string>>()
  readonly #ranks = new Map<string, Map<string, number>>()
  readonly #bitmaps = new Map<string, Bitmap>()

  hset(key: string, field: string, value: string | Buffer): void {
    entry(this.#hashes, key, () => new Map()).set(field, value)
  }

  set(key: string, value: string): void {
    this.#strings.set(key, value)
  }

  rpush(key: string, values: readonly string[]): void {
    this.#lists.set(key, values)
  }

  sadd(key: string, member: string): void {
    entry(this.#sets, key, () => new Set()).add(member)
  }

  /** The place of a member in a sorted set, where a new one comes last. */
  rank(key: string, member: string): number {
    const ranks = entry(this.#ranks, key, () => new Map())
    return entry(ranks, member, () => ranks.size)
  }

  getbit(key: string, bit: number): boolean {
    return (((this.#bitmaps.get(key)?.bytes[bit >> 3] ?? 0) >> (7 - (bit & 7))) & 1) === 1
  }

  setbit(key: string, bit: number): void {
    const bitmap = entry(this.#bitmaps, key, () => ({ bytes: Buffer.alloc(64), length: 0 }))
    const at = bit >> 3
    bitmap.length = Math.max(bitmap.length, at + 1)
    if (at >= bitmap.bytes.length) {
      bitmap.bytes = Buffer.concat([bitmap.bytes, Buffer.alloc(2 * at)])
    }
    // Redis counts bits from the left.
    bitmap.bytes[at] = (bitmap.bytes[at] ?? 0) | (1 << (7 - (bit & 7)))
  }

  del(key: string): void {
    this.#ranks.delete(key)
  }

  *commands(): Generator<Command> {
    for (const [key, fields] of this.#hashes) yield ['HSET', key, ...[...fields].flat()]
    for (const [key, value] of this.#strings) yield ['SET', key, value]
    for (const [key, values] of this.#lists) yield ['RPUSH', key, ...values]
    for (const [key, members] of this.#sets) yield ['SADD', key, ...members]
    for (const [key, ranks] of this.#ranks) {
      yield ['ZADD', key, ...[...ranks].flatMap(([member, rank]) => [rank, member])]
    }
    for (const [key, { bytes, length }] of this.#bitmaps) {
      yield ['SET', key, bytes.subarray(0, length)]
    }
  }
}

interface Bitmap {
  bytes: Buffer
  /** Up to the last byte in which a bit is set, as Redis has it. */
  length: number
}

function entry<Value>(map: Map<string, Value>, key: string, make: () => Value): Value {
  const found = map.get(key)
  if (found !== undefined) return found
  const made = make()
  map.set(key, made)
  return made
}
