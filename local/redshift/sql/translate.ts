import { SqlError, syntaxError, unknownHere } from '../error.ts'
import { callFunction } from './call.ts'
import { castTo } from './cast.ts'
import { isKeyword, NEVER_FUNCTIONS } from './keyword.ts'
import { SYSTEM } from './macros.ts'
import { Reader } from './reader.ts'
import { isName, quoteName, quoteText, type Token } from './token.ts'
import { readType } from './type.ts'

/** What the meaning of a statement depends on besides its words. */
export interface Context {
  /** Columns of type SUPER, in any table: what follows one of these is a path into its JSON. */
  readonly superColumns: ReadonlySet<string>
  readonly lastCopyCount: number
  readonly lastCopyId: number
}

const CONSTANTS: Readonly<Record<string, string>> = {
  sysdate: 'cast(now() as timestamp)',
  current_timestamp: 'now()',
  current_user: "'usher'",
  session_user: "'usher'",
  user: "'usher'",
}

/**
 * Redshift's SQL in DuckDB's words. Every function must be one whose meaning is known in both: an
 * unknown one is refused, never passed on.
 */
export function translate(tokens: readonly Token[], context: Context): string {
  const reader = new Reader(tokens)
  /** Each an operand, an operator or a keyword. */
  const pieces: string[] = []
  const cases: number[] = []
  /** What the next operand is wrapped in. */
  let wrap: ((operand: string) => string) | undefined
  let limit = ''

  function operand(text: string): void {
    pieces.push(wrap ? wrap(text) : text)
    wrap = undefined
  }

  while (!reader.done) {
    const before = tokens[reader.at - 1]
    const token = reader.take()
    if (token.kind === 'string') {
      if (before?.value === 'from' || before?.value === 'join') throw syntaxError(token.text)
      operand(stringText(token, before, reader))
    } else if (token.kind === 'number') {
      operand(token.text)
    } else if (token.kind === 'parameter') {
      throw syntaxError(token.text)
    } else if (token.kind === 'symbol') {
      if (token.value === '(') operand(`(${translate(reader.group(), context)})`)
      else if (token.value === '::') pieces.push(castTo(pieces.pop(), readType(reader)))
      else if (token.value === '~*' || token.value === '!~*') {
        pieces.push(token.value === '~*' ? '~' : '!~')
        wrap = (pattern) => `('(?i)' || ${pattern})`
      } else pieces.push(token.value === '^' ? '**' : token.value)
    } else if (token.value === 'similar' && reader.accept('to')) {
      const negative = pieces.at(-1) === 'not' && pieces.pop()
      pieces.push(negative ? '!~' : '~')
      wrap = (pattern) => `redshift_similar(${pattern})`
    } else if (token.value === 'approximate' && token.kind === 'word' && isName(reader.next)) {
      // An exact count is within the error of an approximate one.
    } else if (token.value === 'minus' && token.kind === 'word') {
      pieces.push('except')
    } else if (token.value === 'top' && reader.next?.kind === 'number') {
      limit = ` limit ${reader.integer()}`
    } else if (isCall(token, before, reader)) {
      reader.take()
      operand(callFunction(token, reader, context))
    } else if (token.kind === 'word' && isKeyword(token.value)) {
      if (token.value === 'case') cases.push(pieces.length)
      pieces.push(token.value)
      if (token.value === 'end') {
        const start = cases.pop()
        if (start === undefined) throw syntaxError(token.text)
        operand(pieces.splice(start).join(' '))
      }
    } else {
      operand(nameText(token, reader, context))
    }
  }
  if (wrap) throw new SqlError('syntax error at end of input')
  if (limit && pieces.some((piece) => ['union', 'intersect', 'except'].includes(piece))) {
    throw unknownHere('TOP beside UNION, INTERSECT or EXCEPT: write LIMIT')
  }
  return pieces.join(' ') + limit
}

/** LIKE takes a backslash as its escape in Redshift, and not in DuckDB. */
function stringText({ value }: Token, before: Token | undefined, reader: Reader): string {
  const pattern = before?.kind === 'word' && /^i?like$/.test(before.value)
  const escapes = pattern && value.includes('\\') && reader.next?.value !== 'escape'
  return escapes ? `${quoteText(value)} escape '\\'` : quoteText(value)
}

/** Whether a name in front of a parenthesis is a function, rather than a table with its columns. */
function isCall(token: Token, before: Token | undefined, reader: Reader): boolean {
  if (reader.next?.value !== '(' || reader.next.kind !== 'symbol') return false
  if (token.kind === 'word' && NEVER_FUNCTIONS.has(token.value)) return false
  if (before?.value === ')' || before?.value === '.') return false
  if (before?.value === 'approximate') return true
  if (isName(before) && !(before?.kind === 'word' && isKeyword(before.value))) return false
  if (['into', 'as', 'with', 'recursive'].includes(before?.value ?? '')) return false
  const after = new Reader(reader.tokens, reader.at + 1)
  after.group()
  // A common table expression with its columns: `, b(x) as (select …)`.
  return !(after.accept('as') && after.next?.value === '(')
}

/** What is known of the catalog of PostgreSQL, which DuckDB has another of. */
const PG_CATALOG = ['pg_namespace', 'pg_class', 'pg_attribute', 'pg_constraint']

/** A name of one part or several, with the path into a SUPER value behind it. */
function nameText(token: Token, reader: Reader, { superColumns }: Context): string {
  const constant = token.kind === 'word' ? CONSTANTS[token.value] : undefined
  if (constant) return constant
  if (PG_CATALOG.includes(token.value) && reader.next?.value !== '.') {
    return `${SYSTEM}.${token.value}`
  }
  if (/^(information_schema|pg_\w+|duckdb_\w+|sqlite_\w+)$/.test(token.value)) {
    throw unknownHere(`${token.value}; it has svv_tables and svv_columns`)
  }
  const parts = [token]
  while (reader.next?.value === '.' && reader.next.kind === 'symbol') {
    reader.take()
    const part = reader.take()
    if (part.value !== '*' && !isName(part)) throw syntaxError(part.text)
    parts.push(part)
  }
  const stem = parts.findIndex(({ value }) => superColumns.has(value))
  const path = parts.slice(stem + 1).map(({ value }) => `."${value}"`)
  while (reader.accept('[')) {
    path.push(`[${reader.integer()}]`)
    reader.expect(']')
    while (reader.accept('.')) path.push(`."${reader.name()}"`)
  }
  const isPath = stem >= 0 && path.length > 0 && parts.at(-1)?.value !== '*'
  const names = (isPath ? parts.slice(0, stem + 1) : parts).map(({ value, kind }) =>
    value === '*' ? '*' : quoteUnlessPlain(value, kind),
  )
  if (!isPath && path.some((part) => part.startsWith('['))) {
    throw unknownHere(`what ${parts.map(({ text }) => text).join('.')} is an array of`)
  }
  const text = names.join('.')
  return isPath ? `json_extract_string(${text}, ${quoteText(`$${path.join('')}`)})` : text
}

const quoteUnlessPlain = (value: string, kind: Token['kind']): string =>
  kind === 'quoted' || /[#$]/.test(value) ? quoteName(value) : value
