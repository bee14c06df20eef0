import type { Block } from '../table/origin.ts'

/** A page that holds this many bytes is full. */
const FULL = 256 * 1024

/** The room that is left for the last line of a page. A longer one makes the page grow. */
const ROOM = 64 * 1024

/** Text longer than this is written faster by Node than character by character. */
const SHORT = 64

const [NEWLINE, QUOTE, COMMA, MINUS, ZERO] = [10, 34, 44, 45, 48]

/** Lines of CSV, as UTF-8, that will be a block. */
export interface Page {
  bytes: Buffer
  /** Where the next byte goes. */
  end: number
  rows: number
}

/** Gives pages to be filled, and makes blocks of them. */
export interface Pages {
  next(): Page
  block(page: Page): Block
}

/** Pages take turns in a few buffers, since a new one for each would be garbage of megabytes. */
export function pages(): Pages {
  const free: Buffer[] = []
  return {
    next: () => ({ bytes: free.pop() ?? Buffer.allocUnsafeSlow(FULL + ROOM), end: 0, rows: 0 }),
    block: ({ bytes, end, rows }) => ({
      bytes: bytes.subarray(0, end),
      rows,
      release() {
        if (bytes.length === FULL + ROOM) free.push(bytes)
      },
    }),
  }
}

export const isFull = (page: Page): boolean => page.end >= FULL

/** Ends a line, in place of the comma after its last cell. */
export function endLine(page: Page): void {
  page.bytes[page.end - 1] = NEWLINE
  page.rows++
}

/** Writes a cell without quotes, of ASCII. */
export function writeBare(page: Page, text: string): void {
  makeRoom(page, text.length + 1)
  const { bytes, end } = page
  for (let i = 0; i < text.length; i++) bytes[end + i] = text.charCodeAt(i)
  bytes[end + text.length] = COMMA
  page.end = end + text.length + 1
}

/** Writes a whole number, of 32 bits at most. */
export function writeWhole(page: Page, value: number): void {
  makeRoom(page, '-2147483648,'.length)
  const { bytes } = page
  let { end } = page
  if (value < 0) bytes[end++] = MINUS
  let rest = Math.abs(value)
  for (let power = 10; power <= rest; power *= 10) end++
  page.end = end + 2
  bytes[end + 1] = COMMA
  // From the last digit to the first.
  do {
    const tens = (rest / 10) | 0
    bytes[end--] = ZERO + rest - 10 * tens
    rest = tens
  } while (rest > 0)
}

/** Writes a cell in quotes, those in it doubled. */
export function writeQuoted(page: Page, text: string): void {
  const doubled = text.includes('"') ? text.replaceAll('"', '""') : text
  const length = Buffer.byteLength(doubled)
  makeRoom(page, length + 3)
  const { bytes, end } = page
  bytes[end] = QUOTE
  bytes.write(doubled, end + 1)
  bytes[end + 1 + length] = QUOTE
  bytes[end + 2 + length] = COMMA
  page.end = end + length + 3
}

/**
 * The same for short text of characters that take one byte or two, and are not NUL. Of any other text
 * it writes nothing, and gives false.
 */
export function writeShort(page: Page, text: string): boolean {
  if (text.length > SHORT) return false
  makeRoom(page, 2 * text.length + 3)
  const { bytes } = page
  let { end } = page
  bytes[end++] = QUOTE
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit > QUOTE && unit < 0x80) bytes[end++] = unit
    else if (unit === 0 || unit > 0x7ff) return false
    else if (unit < 0x80) {
      if (unit === QUOTE) bytes[end++] = QUOTE
      bytes[end++] = unit
    } else {
      bytes[end++] = 0xc0 | (unit >> 6)
      bytes[end++] = 0x80 | (unit & 0x3f)
    }
  }
  bytes[end++] = QUOTE
  bytes[end++] = COMMA
  page.end = end
  return true
}

function makeRoom(page: Page, bytes: number): void {
  if (page.end + bytes > page.bytes.length) grow(page, bytes)
}

function grow(page: Page, bytes: number): void {
  const larger = Buffer.allocUnsafeSlow(Math.max(2 * page.bytes.length, page.end + bytes))
  page.bytes.copy(larger, 0, 0, page.end)
  page.bytes = larger
}
