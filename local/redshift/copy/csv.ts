import { BAD_QUOTE, NO_END_QUOTE, type Reason } from './failure.ts'

export interface CsvFormat {
  readonly delimiter: string
  readonly quote: string
  readonly marker: string
  readonly skipLines: number
}

/** A field in quotes is never NULL, nor is it empty for the want of a value. */
export interface CsvRow {
  /** The line it begins at, from 1. */
  readonly line: number
  /** null for the marker outside quotes, undefined for nothing at all. */
  readonly fields: readonly (string | null | undefined)[]
  readonly start: number
  readonly end: number
  /** What is wrong with it; the rows end here. */
  readonly problem?: Reason
}

const NEWLINE = 10

/** The rows of CSV text. Fields may hold line breaks inside quotes; lines end in LF or CRLF. */
export function* rowsOf(text: string, format: CsvFormat): Generator<CsvRow> {
  const { marker } = format
  const quote = format.quote.charCodeAt(0)
  const delimiter = format.delimiter.charCodeAt(0)
  let at = 0
  let line = 1
  for (; line <= format.skipLines && at < text.length; line++) {
    const end = text.indexOf('\n', at)
    at = end < 0 ? text.length : end + 1
  }
  while (at < text.length) {
    const [start, first] = [at, line]
    const fields: (string | null | undefined)[] = []
    let problem: Reason | undefined
    for (;;) {
      let begin = at
      while (text.charCodeAt(begin) === 32) begin++
      if (text.charCodeAt(begin) === quote) {
        const [value, end, lines] = readQuoted(text, begin + 1, format.quote)
        if (value === undefined) {
          problem = NO_END_QUOTE
          break
        }
        fields.push(value)
        line += lines
        at = end
        while (text.charCodeAt(at) === 32) at++
      } else {
        begin = at
        let code = text.charCodeAt(at)
        while (code !== delimiter && code !== NEWLINE && at < text.length) {
          if (code === quote) problem = BAD_QUOTE
          code = text.charCodeAt(++at)
        }
        let end = at
        if (code !== delimiter && text.charCodeAt(end - 1) === 13 && end > begin) end--
        const value = text.substring(begin, end)
        fields.push(value === marker ? null : value === '' ? undefined : value)
      }
      const code = text.charCodeAt(at)
      if (code === delimiter) {
        at++
        continue
      }
      if (code === 13 && (text.charCodeAt(at + 1) === NEWLINE || at + 1 === text.length)) at++
      if (text.charCodeAt(at) === NEWLINE || at >= text.length) break
      problem = BAD_QUOTE
      break
    }
    yield { line: first, fields, start, end: at, problem }
    if (problem) return
    at++
    line++
  }
}

/** The value of a field from behind its opening quote, the place behind the closing one, its lines. */
function readQuoted(
  text: string,
  start: number,
  quote: string,
): [value: string | undefined, end: number, lines: number] {
  let end = text.indexOf(quote, start)
  let doubled = false
  while (end >= 0 && text[end + 1] === quote) {
    doubled = true
    end = text.indexOf(quote, end + 2)
  }
  if (end < 0) return [undefined, text.length, 0]
  const raw = text.substring(start, end)
  let lines = 0
  for (let at = raw.indexOf('\n'); at >= 0; at = raw.indexOf('\n', at + 1)) lines++
  return [doubled ? raw.replaceAll(quote + quote, quote) : raw, end + 1, lines]
}
