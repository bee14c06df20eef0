import { discard } from '../../../discard.ts'
import { transient } from '../../../error.ts'
import type { Block } from '../../../table/origin.ts'
import { gatherRow, valuesOf } from './packet.ts'
import type { Recoding } from './recoding.ts'
import { wasm } from './transcode.wasm.ts'

export interface Transcoder {
  /**
   * Takes bytes of row packets, as they come from the socket, for good: no one may read them any more.
   * Gives what follows the rows, once that was reached: the packet that ends them, and whatever is
   * behind it. Throws what the encoder throws of a value.
   */
  feed(bytes: Buffer): Tail | undefined
  /** The next block of lines: a full one, or with `last` whatever there is. */
  take(last: boolean): Block | undefined
  /** Whether it waits for a block to be released. */
  readonly isBlocked: boolean
}

export interface Tail {
  readonly bytes: Buffer
  /** The sequence number of the packet that it begins with. */
  readonly sequence: number
}

// The memory: the marker and the rules in front, then what comes in, then the blocks that go out.
const MARKER = 64
const RULES = 1024
const INPUT = 64 * 1024
const INPUT_SIZE = 256 * 1024
const BLOCKS = 512 * 1024
const BLOCK_SIZE = 512 * 1024
const BLOCK_COUNT = 8
/** Rows of more bytes are written by JavaScript: a block must hold what becomes of them. */
const LONGEST = 96 * 1024
/** Left free at the end of everything: text is copied 64 bytes at a time. */
const SLACK = 64

// What transcode() ends with.
const [MORE, FULL, LAST, LARGE, DISORDER] = [0, 1, 2, 3, 4]

/** What is used of it; Node's own types do not have it. */
declare namespace WebAssembly {
  class Module {
    constructor(code: Uint8Array)
  }
  class Memory {
    constructor(pages: { readonly initial: number; readonly maximum: number })
    readonly buffer: ArrayBuffer
  }
  class Instance {
    constructor(module: Module, imports: object)
    readonly exports: object
  }
  interface Global {
    value: number
  }
}

const module = new WebAssembly.Module(Buffer.from(wasm, 'base64'))

interface Exports {
  setUp(columns: number, rules: number, marker: number, size: number, longest: number): void
  transcode(at: number, end: number, out: number, limit: number): number
  readonly row: WebAssembly.Global
  readonly sequence: WebAssembly.Global
  readonly position: WebAssembly.Global
  readonly written: WebAssembly.Global
  readonly rows: WebAssembly.Global
}

const EMPTY = Buffer.alloc(0)

/** Makes row packets into lines of CSV; `sequence` is the number of the first packet. */
export function transcoder({ rules, cells, cell, csv }: Recoding, sequence: number): Transcoder {
  const pages = (BLOCKS + BLOCK_COUNT * BLOCK_SIZE) / 65_536 + 1
  // It never grows, so the views of it stay, and zlib may read a block while the next is written.
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages })
  const bytes = Buffer.from(memory.buffer)
  const imports = { env: { memory }, transcode: { odd } }
  const code = new WebAssembly.Instance(module, imports).exports as unknown as Exports
  if (csv.marker.length > 16) throw new Error(`the NULL marker ${csv.marker} is too long`)
  bytes.write(csv.marker, MARKER, 'latin1')
  rules.forEach(({ kind, nullable, most }, i) => {
    bytes[RULES + i * 8] = kind
    bytes[RULES + i * 8 + 1] = nullable ? 1 : 0
    bytes.writeUInt32LE(most, RULES + i * 8 + 4)
  })
  if (RULES + rules.length * 8 > INPUT) throw new Error(`${rules.length} columns are too many`)
  code.setUp(rules.length, RULES, MARKER, csv.marker.length, LONGEST)
  code.sequence.value = sequence

  /** Bytes that came, how many of the first are in the memory, and those in it that are not read. */
  let [waiting, taken, from, to] = [[] as Buffer[], 0, INPUT, INPUT]
  const free = Array.from({ length: BLOCK_COUNT }, (_, i) => BLOCKS + i * BLOCK_SIZE)
  const ready: Block[] = []
  let filling: { readonly at: number; used: number; rows: number } | undefined
  let long: ReturnType<typeof gatherRow> | undefined

  /** Called for each value that no rule covers. */
  function odd(column: number, at: number, length: number, out: number): number {
    const value = length < 0 ? null : bytes.subarray(at, at + length)
    try {
      const line = csv.cell(column, cell(column, value))
      return out + bytes.write(line, out)
    } catch (error) {
      // The whole row says what is wrong, and which row it is.
      const at = code.row.value
      csv.cells(cells(valuesOf(bytes.subarray(at + 4, at + 4 + bytes.readUIntLE(at, 3)))))
      throw new Error(`column ${column} of a row cannot be written, and its row can`, {
        cause: error,
      })
    }
  }

  function finish(): void {
    if (!filling) return
    const { at, used, rows } = filling
    filling = undefined
    if (used === at) {
      free.push(at)
      return
    }
    let isFree = false
    const release = () => {
      if (!isFree) free.push(at)
      isFree = true
    }
    ready.push({ bytes: bytes.subarray(at, used), rows, release })
  }

  /** Moves what waits into the memory, as much as there is room for. */
  function load(): void {
    const [next] = waiting
    if (!next) return
    if (from > INPUT) {
      bytes.copyWithin(INPUT, from, to)
      to -= from - INPUT
      from = INPUT
    }
    const copied = next.copy(bytes, to, taken, taken + INPUT_SIZE - SLACK - (to - INPUT))
    to += copied
    taken += copied
    if (taken < next.length) return
    waiting.shift()
    taken = 0
    // Else it is a piece of something larger.
    if (next.length === next.buffer.byteLength) discard(next.buffer)
  }

  /** What is not read yet, taken out. */
  function unread(): Buffer {
    const [first = EMPTY, ...others] = waiting
    const left = Buffer.concat([bytes.subarray(from, to), first.subarray(taken), ...others])
    waiting = []
    taken = 0
    from = to = INPUT
    return left
  }

  function writeLong(): boolean {
    long ??= gatherRow()
    const found = long(unread())
    if (!found) return false
    long = undefined
    waiting = [found.rest]
    code.sequence.value = (code.sequence.value + found.packets) & 255
    finish()
    ready.push({ bytes: Buffer.from(csv.cells(cells(valuesOf(found.payload)))), rows: 1 })
    return true
  }

  function work(): Tail | undefined {
    for (;;) {
      if (long && !writeLong()) return undefined
      load()
      if (!filling) {
        const at = free.pop()
        if (at === undefined) return undefined
        filling = { at, used: at, rows: 0 }
      }
      const answer = code.transcode(from, to, filling.used, filling.at + BLOCK_SIZE - SLACK)
      if (answer > DISORDER) throw transient('a row packet of MySQL is malformed')
      from = code.position.value
      filling.used = code.written.value
      filling.rows += code.rows.value
      if (answer === LAST) {
        const sequence = code.sequence.value
        return { bytes: unread(), sequence }
      }
      if (answer === DISORDER) throw transient('packets of MySQL came out of order')
      if (answer === FULL) finish()
      if (answer === LARGE && !writeLong()) return undefined
      if (answer === MORE && waiting.length === 0) return undefined
    }
  }

  return {
    feed(piece) {
      if (piece.length > 0) waiting.push(piece)
      return work()
    },
    take(last) {
      if (last) finish()
      return ready.shift()
    },
    get isBlocked() {
      return (free.length === 0 && !filling) || ready.length > BLOCK_COUNT
    },
  }
}
