import type { CsvRow } from './csv.ts'
import { BAD_JSON, NO_MEMBER, NO_PLACE, type Reason } from './failure.ts'
import type { Path } from './paths.ts'

export interface JsonFormat {
  readonly skipLines: number
  /** Where each column's value is. */
  readonly paths: readonly Path[]
  /** Whether each column is SUPER, which takes a text as JSON. */
  readonly isSuper: readonly boolean[]
}

/**
 * The rows of JSON text: objects or arrays, one after another, with nothing but white space between
 * them. A row's line is the last of its object, as Redshift has it.
 */
export function* jsonRowsOf(text: string, format: JsonFormat): Generator<CsvRow> {
  let at = 0
  let line = 1
  for (; line <= format.skipLines && at < text.length; line++) {
    const end = text.indexOf('\n', at)
    at = end < 0 ? text.length : end + 1
  }
  for (;;) {
    for (; BLANK.has(text.charCodeAt(at)); at++) if (text.charCodeAt(at) === NEWLINE) line++
    if (at >= text.length) return
    const end = endOf(text, at)
    const object = text.slice(at, end)
    line += object.split('\n').length - 1
    const row = { line, start: at, end }
    const value = parse(object)
    if (value === undefined) {
      yield { ...row, fields: [], problem: BAD_JSON }
      return
    }
    const [fields, problem] = fieldsOf(value, format)
    yield { ...row, fields, problem }
    if (problem) return
    at = end
  }
}

const NEWLINE = 10
const BLANK = new Set([32, 9, NEWLINE, 13])

const [QUOTE, BACKSLASH] = [34, 92]
const OPENING = new Set([123, 91])
const CLOSING = new Set([125, 93])

/** Behind the bracket that closes the one at `start`; behind this line, if it is no bracket. */
function endOf(text: string, start: number): number {
  let depth = 0
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code === QUOTE) at = closingQuote(text, at)
    else if (OPENING.has(code)) depth++
    else if (CLOSING.has(code) && --depth === 0) return at + 1
    if (depth === 0) break
  }
  const newline = text.indexOf('\n', start)
  return depth > 0 || newline < 0 ? text.length : newline
}

function closingQuote(text: string, start: number): number {
  for (let at = text.indexOf('"', start + 1); at >= 0; at = text.indexOf('"', at + 1)) {
    let before = at
    while (text.charCodeAt(before - 1) === BACKSLASH) before--
    if ((at - before) % 2 === 0) return at
  }
  return text.length
}

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown
// TypeScript does not know these yet: https://github.com/tc39/proposal-json-parse-with-source
const json = JSON as unknown as {
  parse(text: string, reviver: Reviver): unknown
  rawJSON(text: string): object
  isRawJSON(value: unknown): value is { readonly rawJSON: string }
}

/** JSON whose numbers keep their digits, or undefined for what is no object or array. */
function parse(text: string): unknown {
  if (!/^[{[]/.test(text)) return undefined
  try {
    // Whole numbers of few digits keep them anyway, and a reviver is slow.
    if (!/\d[.eE]|\d{16}|-0/.test(text)) return JSON.parse(text)
    return json.parse(text, (_key, value, { source = '' }) =>
      typeof value === 'number' ? json.rawJSON(source) : value,
    )
  } catch {
    return undefined
  }
}

function fieldsOf(
  root: unknown,
  { paths, isSuper }: JsonFormat,
): [fields: (string | null | undefined)[], problem?: Reason] {
  const fields: (string | null | undefined)[] = []
  for (const [column, path] of paths.entries()) {
    let value = root
    for (const step of path) {
      if (value === undefined) break
      const problem = problemOf(value, step)
      if (problem) return [fields, problem]
      const holder = value as Record<string | number, unknown>
      value = Object.hasOwn(holder, step) ? holder[step] : undefined
    }
    fields.push(fieldOf(value, isSuper[column] === true))
  }
  return [fields]
}

function problemOf(value: unknown, step: string | number): Reason | undefined {
  if (typeof step === 'number') {
    return Array.isArray(value) && step < value.length ? undefined : NO_PLACE
  }
  const isObject = typeof value === 'object' && value !== null && !json.isRawJSON(value)
  return isObject && !Array.isArray(value) ? undefined : NO_MEMBER
}

/** What a value is as a field: an empty text is nothing to any type but text. */
function fieldOf(value: unknown, isSuper: boolean): string | null | undefined {
  if (value === undefined || value === null) return null
  if (typeof value === 'string' && !isSuper) return value === '' ? undefined : value
  return JSON.stringify(value)
}
