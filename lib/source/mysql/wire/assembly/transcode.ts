/**
 * Row packets of MySQL's text protocol to lines of CSV, in AssemblyScript: `npm run wasm` compiles it.
 * A row packet is a header (three bytes of length, one of sequence) and a value for each column, with
 * its length in front (https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_com_query_response_text_resultset_row.html).
 * Memory is laid out by its caller, who leaves 64 bytes behind whatever is read or written: text is
 * copied 16 bytes at a time, whatever its length.
 */

/** Writes what the rules below do not cover at `out`; gives where it ends. A length of -1 is NULL. */
declare function odd(column: i32, at: usize, length: i32, out: usize): usize

// What `transcode` ends with.
const MORE = 0
const FULL = 1
const LAST = 2
const LARGE = 3
const DISORDER = 4
const MALFORMED = 5

// How a column's values are written: see rule.ts.
const PLAIN = 1
const TEXT = 2
const ASCII = 3
const DATE = 4
const TIMESTAMP = 5
const TIMESTAMPTZ = 6
const BOOLEAN = 7
const HEX = 8
const TIME = 9
const DOCUMENT = 10

/** The byte that half of a surrogate pair begins with, as do some characters of Korean. */
const SURROGATE: u8 = 0xed
const BACKSLASH: u8 = 92

/**
 * A value may need three bytes for each of its own (bytes that are no UTF-8 become a character of
 * three), and these: quotes, a comma, NULL's marker, the digits of a BIT in hexadecimal.
 */
const WORST: usize = 3
const SPARE: usize = 32
/** The longest VARBYTE whose digits a VARCHAR holds: beyond it, COPY takes an empty one for NULL. */
const HEX_IN_VARCHAR: u32 = 32767

let columns: i32 = 0
let rules: usize = 0
let marker: usize = 0
let markerSize: usize = 0
let longest: usize = 0

/** Where the row in hand begins. */
export let row: usize = 0
/** The sequence number of the next packet. */
export let sequence: u32 = 0
/** How far the last call read, how far it wrote, and the rows that it wrote. */
export let position: usize = 0
export let written: usize = 0
export let rows: i32 = 0

/** At `at`: for each column its rule, whether it may be NULL, two bytes of nothing, its most bytes. */
export function setUp(count: i32, at: usize, text: usize, size: usize, most: usize): void {
  columns = count
  rules = at
  marker = text
  markerSize = size
  longest = most
}

/** Writes the rows that are whole between `at` and `end` to `out`, as far as `limit`. */
export function transcode(at: usize, end: usize, out: usize, limit: usize): i32 {
  let answer = MORE
  rows = 0
  while (end - at >= 4) {
    const header = load<u32>(at)
    const length: usize = header & 0xffffff
    const isLarge = length > longest
    if (!isLarge) {
      if (end - at - 4 < length) break
      const first = load<u8>(at + 4)
      if (first === 0xff || (first === 0xfe && length < 9)) {
        answer = LAST
        break
      }
    }
    if (header >> 24 !== sequence) {
      answer = DISORDER
      break
    }
    if (isLarge) {
      answer = LARGE
      break
    }
    if (out + WORST * length + <usize>columns * SPARE > limit) {
      answer = FULL
      break
    }
    row = at
    at += 4
    const rowEnd = at + length
    let rule = rules
    for (let column = 0; column < columns; column++, rule += 8) {
      if (column > 0) store<u8>(out++, 44)
      if (at >= rowEnd) return MALFORMED
      let size: usize = load<u8>(at++)
      if (size >= 251) {
        if (size === 251) {
          if (load<u8>(rule + 1)) {
            v128.store(out, v128.load(marker))
            out += markerSize
          } else out = odd(column, at, -1, out)
          continue
        }
        if (size === 252) {
          size = load<u16>(at)
          at += 2
        } else if (size === 253) {
          size = load<u32>(at) & 0xffffff
          at += 3
        } else return MALFORMED
      }
      if (at + size > rowEnd) return MALFORMED
      const after = value(rule, at, size, out)
      out = after === 0 ? odd(column, at, <i32>size, out) : after
      at += size
    }
    if (at !== rowEnd) return MALFORMED
    store<u8>(out++, 10)
    sequence = (sequence + 1) & 255
    rows++
  }
  position = at
  written = out
  return answer
}

/** Writes a value, and gives where it ends; 0 where it is odd. */
function value(rule: usize, at: usize, size: usize, out: usize): usize {
  const most: u32 = load<u32>(rule + 4)
  switch (<i32>load<u8>(rule)) {
    case PLAIN: {
      if (size > most || size > 64) return 0
      return copy(at, size, out)
    }
    case TEXT:
      return size > most ? 0 : text(at, size, out, 0, 0)
    case ASCII:
      return size > most ? 0 : text(at, size, out, 0xffff, 0)
    case DOCUMENT:
      // An escape may be that of a character that no text can hold.
      return size > most ? 0 : text(at, size, out, 0, BACKSLASH)
    case DATE:
      return size === 10 && isDate(at) ? copy(at, size, out) : 0
    case TIMESTAMP:
      return size >= 19 && size <= 26 && isDate(at) ? copy(at, size, out) : 0
    case TIMESTAMPTZ: {
      if (size < 19 || size > 26 || !isDate(at)) return 0
      out = copy(at, size, out)
      store<u32>(out, 0x30302b)
      return out + 3
    }
    case BOOLEAN: {
      const digit = load<u8>(at) ^ 48
      if (size !== 1 || digit > 1) return 0
      store<u8>(out, digit ? 116 : 102)
      return out + 1
    }
    case HEX: {
      if (size > most || (size === 0 && most > HEX_IN_VARCHAR)) return 0
      store<u8>(out++, 34)
      for (let end = at + size; at < end; at++, out += 2) {
        const byte = load<u8>(at)
        store<u8>(out, digitOf(byte >> 4))
        store<u8>(out + 1, digitOf(byte & 15))
      }
      store<u8>(out, 34)
      return out + 1
    }
    case TIME: {
      // `838:59:59` and `-01:00:00` are times to MySQL alone.
      if (size < 8 || load<u8>(at + 2) !== 58) return 0
      const hour = byte(at) * 10 + byte(at + 1) - 528
      return size <= 15 && load<u8>(at) !== 45 && hour < 24 ? copy(at, size, out) : 0
    }
    default:
      return 0
  }
}

/** Copies at most 64 bytes; what it writes behind them is overwritten later. */
function copy(at: usize, size: usize, out: usize): usize {
  v128.store(out, v128.load(at))
  if (size > 16) {
    v128.store(out + 16, v128.load(at + 16))
    if (size > 32) {
      v128.store(out + 32, v128.load(at + 32))
      v128.store(out + 48, v128.load(at + 48))
    }
  }
  return out + size
}

/**
 * Copies text in quotes, and doubles those in it. Odd are NUL, NULL's marker, half of a surrogate pair,
 * bytes of `refused`, and the byte `stop`.
 */
function text(at: usize, size: usize, out: usize, refused: i32, stop: u8): usize {
  if (size === markerSize) {
    const same = i8x16.bitmask(i8x16.eq(v128.load(at), v128.load(marker)))
    const all = (1 << (<i32>size)) - 1
    if ((same & all) === all) return 0
  }
  store<u8>(out++, 34)
  const end = at + size
  while (at < end) {
    const sixteen = v128.load(at)
    v128.store(out, sixteen)
    const quotes = i8x16.eq(sixteen, i8x16.splat(34))
    const nuls = i8x16.eq(sixteen, i8x16.splat(0))
    const halves = i8x16.eq(sixteen, i8x16.splat(SURROGATE))
    const others = i8x16.eq(sixteen, i8x16.splat(stop))
    const found = v128.or(v128.or(quotes, nuls), v128.or(halves, others))
    const stops = i8x16.bitmask(found) | (i8x16.bitmask(sixteen) & refused)
    const clean: usize = stops === 0 ? 16 : ctz(stops)
    const left = end - at
    if (clean >= left) {
      out += left
      break
    }
    at += clean
    out += clean
    if (stops === 0) continue
    if (load<u8>(at) === SURROGATE && refused === 0) {
      if (load<u8>(at + 1) >= 0xa0) return 0
      store<u8>(out++, SURROGATE)
      at++
      continue
    }
    if (load<u8>(at) !== 34) return 0
    store<u16>(out, 0x2222)
    out += 2
    at++
  }
  store<u8>(out, 34)
  return out + 1
}

function byte(at: usize): i32 {
  return load<u8>(at)
}

function digitOf(nibble: u8): u8 {
  return nibble + (nibble > 9 ? 87 : 48)
}

/** Whether a date is surely one elsewhere too; of February 29th only the caller can tell. */
function isDate(at: usize): bool {
  if (load<u32>(at) === 0x30303030) return false
  const month = byte(at + 5) * 10 + byte(at + 6) - 528
  const day = byte(at + 8) * 10 + byte(at + 9) - 528
  if (month === 0 || day === 0) return false
  if (day <= 28) return true
  return day <= 30 ? month !== 2 : ((0x15aa >> month) & 1) === 1
}
