import type { Block, Codec } from '../table/origin.ts'
import type { Bucket } from './bucket.ts'
import { codecs } from './codec.ts'
import type { Part } from './manifest.ts'
import { type OpenPart, openPart } from './part.ts'

/** How a table is packed into parts. */
export interface Packing {
  readonly codec: Codec
  /** The slices of the warehouse, each of which loads one part at a time. */
  readonly slices: number
}

/** What suits the smallest cluster: two nodes of two slices. */
export const usualPacking: Packing = { codec: 'zstd', slices: 4 }

/** Parts are closed once this much CSV went into each: compressed, COPY likes 1 MB to 1 GB. */
const PART_BYTES = 64 * 1024 * 1024
/** A table of less CSV is one part. */
const SMALL_BYTES = 4 * 1024 * 1024
/** So many parts are written at once, at most: each has a compressor, and a buffer that fills. */
const AT_ONCE = 8
/** So many blocks wait in one part: one that is compressed, and the next. */
const IN_HAND = 2
/** A part may be so many bytes ahead of another, for no compressor to be idle. */
const AHEAD = 512 * 1024

/**
 * Writes blocks of lines as `part-00000.csv.zst`, `part-00001.csv.zst`, … and returns what was
 * written. Parts are written in groups, a multiple of the warehouse's slices at a time, all of one
 * size, so that each slice has as much to load as any other. Memory does not grow with the rows.
 * Whatever fails, nothing of it stays on S3.
 */
export async function writeParts(
  bucket: Bucket,
  prefix: string,
  blocks: AsyncIterable<Block>,
  { codec, slices }: Packing = usualPacking,
  partBytes: number = PART_BYTES,
): Promise<Part[]> {
  const keys: string[] = []
  const atOnce = partsAtOnce(slices)
  const closed: Part[] = []
  let closing: OpenPart[] = []
  let ending: Promise<Part[]> = Promise.resolve([])
  let group: OpenPart[] = []

  /** Begins the next group, while the last one sends what it still has. */
  const turn = async (count: number) => {
    closed.push(...(await ending))
    closing = group
    ending = Promise.all(closing.map((part) => part.close()))
    ending.catch(() => {})
    group = Array.from({ length: count }, () => {
      const key = `${prefix}/part-${String(keys.length).padStart(5, '0')}.${codecs[codec].ending}`
      keys.push(key)
      return openPart(bucket, key, codec)
    })
  }
  /** A group of none is full too. */
  const isFull = () => sum(group.map((part) => part.size())) >= partBytes * group.length

  // What comes first is held back: it may be all there is, and then it needs no more parts.
  const held: Block[] = []
  const deal = async () => {
    for (const block of held.splice(0)) (await nextOf(group)).write(block)
  }
  try {
    for await (const block of blocks) {
      if (block.rows === 0) {
        block.release?.()
        continue
      }
      if (!isFull()) {
        ;(await nextOf(group)).write(block)
        continue
      }
      held.push(kept(block))
      const enough = sum(held.map(({ bytes }) => bytes.length)) >= SMALL_BYTES
      if (!enough || held.length < atOnce) continue
      await turn(atOnce)
      await deal()
    }
    if (held.length > 0 && group.length === 0) await turn(1)
    await deal()
    await turn(0)
    return [...closed, ...(await ending)]
  } catch (error) {
    await Promise.all([...closing, ...group].map((part) => part.abandon(error as Error)))
    await bucket.delete(keys)
    throw error
  }
}

/** As many parts as there are slices, or else a part of that which divides it. */
function partsAtOnce(slices: number): number {
  let parts = Math.min(slices, AT_ONCE)
  while (slices % parts !== 0) parts--
  return parts
}

/**
 * The part to give the next block to: that which was given least, or one that is about as far and has
 * room. Waits until there is one.
 */
async function nextOf(group: readonly OpenPart[]): Promise<OpenPart> {
  const least = Math.min(...group.map((part) => part.size()))
  const behind = group
    .filter((part) => part.size() <= least + AHEAD)
    .sort((a, b) => a.size() - b.size())
  for (;;) {
    const next = behind.find(({ inHand }) => inHand.size < IN_HAND)
    if (next) return next
    await Promise.race(behind.flatMap(({ inHand }) => [...inHand]))
  }
}

/** A block that stays as it is, whoever overwrites the bytes it came in. */
function kept({ bytes, rows, release }: Block): Block {
  if (!release) return { bytes, rows }
  const copy = Buffer.from(bytes)
  release()
  return { bytes: copy, rows }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, n) => total + n, 0)
