import { isUtf8 } from 'node:buffer'
import { Failure, messageOf } from '../../error.ts'
import { isCodecError } from './codec.ts'

/** Whole lines of a file, with their line breaks. */
export interface Lines {
  readonly text: string
  /** The number of the first of them, from 1. */
  readonly first: number
}

/** What is being read, for error messages. */
export interface Where {
  readonly table: string
  readonly url: string
}

export const bad = ({ table, url }: Where, line: number, problem: string, cause?: unknown) =>
  new Failure('BadValue', `${table}: line ${line} of ${url} ${problem}`, { cause })

/** The longest line, in bytes: whatever is longer was not written line by line. */
const LONGEST = 16 * 1024 * 1024

const NEWLINE = 10

/** The lines of UTF-8 text, as they come. Throws a BadValue where they are broken. */
export async function* linesOf(chunks: AsyncIterable<Buffer>, where: Where): AsyncGenerator<Lines> {
  let first = 1
  let [rest, size]: [Buffer[], number] = [[], 0]
  try {
    for await (const chunk of chunks) {
      const end = chunk.lastIndexOf(NEWLINE) + 1
      if (end > 0) {
        const bytes = Buffer.concat([...rest, chunk.subarray(0, end)])
        yield { text: decode(bytes, first, where), first }
        first += countLines(bytes)
        ;[rest, size] = [[], 0]
      }
      rest.push(chunk.subarray(end))
      size += chunk.length - end
      if (size > LONGEST) throw bad(where, first, 'is longer than 16 MB: is there a record a line?')
    }
  } catch (error) {
    if (!isCodecError(error)) throw error
    throw bad(where, first, `cannot be decompressed (${messageOf(error)})`, error)
  }
  if (size > 0) yield { text: decode(Buffer.concat(rest), first, where), first }
}

function decode(bytes: Buffer, first: number, where: Where): string {
  if (isUtf8(bytes)) {
    const text = bytes.toString('utf8')
    return first === 1 && text.startsWith('\ufeff') ? text.slice(1) : text
  }
  for (let [at, line] = [0, first]; ; line++) {
    const end = bytes.indexOf(NEWLINE, at)
    const isLast = end < 0
    if (!isUtf8(bytes.subarray(at, isLast ? undefined : end)) || isLast) {
      throw bad(where, line, 'is not UTF-8')
    }
    at = end + 1
  }
}

function countLines(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(NEWLINE); at >= 0; at = bytes.indexOf(NEWLINE, at + 1)) count++
  return count
}
