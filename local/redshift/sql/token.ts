import { SqlError, syntaxError } from '../error.ts'

/** A word of SQL. `value` is what it means: names in lower case, strings without their escapes. */
export interface Token {
  readonly kind: 'word' | 'quoted' | 'string' | 'number' | 'symbol' | 'parameter'
  readonly value: string
  /** As it was written. */
  readonly text: string
  readonly start: number
}

const PATTERNS: readonly [Token['kind'] | 'space' | 'dollar', RegExp][] = [
  ['space', /(?:\s|--[^\n]*|\/\*[\s\S]*?\*\/)+/y],
  ['dollar', /\$\$([\s\S]*?)\$\$/y],
  ['string', /[eE]?'(?:[^'\\]|\\[\s\S]|'')*'/y],
  ['quoted', /"(?:[^"]|"")+"/y],
  ['number', /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/y],
  ['word', /[\p{L}_#][\p{L}\p{N}_$]*/uy],
  ['parameter', /:[a-zA-Z_]\w*/y],
  ['symbol', /::|\|\||<=|>=|<>|!=|!~\*|!~|~\*|<<|>>|[-+*/%^=<>~&|!#,.;()[\]]/y],
]

/** The tokens of a statement; comments and white space are gone. Throws a SqlError. */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = []
  let start = 0
  while (start < sql.length) {
    const [kind, text] = match(sql, start, tokens.at(-1))
    if (kind !== 'space') tokens.push(tokenOf(kind, text, start))
    start += text.length
  }
  const last = tokens.at(-1)
  if (last?.kind === 'symbol' && last.value === ';') tokens.pop()
  if (tokens.some(({ kind, value }) => kind === 'symbol' && value === ';')) {
    throw new SqlError('cannot insert multiple commands into a prepared statement')
  }
  return tokens
}

function match(sql: string, start: number, before: Token | undefined) {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = start
    const text = pattern.exec(sql)?.[0]
    if (text === undefined) continue
    // `a.5` is not a number after a name, and `list[1:2]` holds no parameter.
    if (kind === 'number' && text.startsWith('.') && isName(before)) continue
    return [kind, text] as const
  }
  if (sql[start] === "'" || sql[start] === '"') {
    throw new SqlError(`unterminated quoted ${sql[start] === "'" ? 'string' : 'identifier'}`)
  }
  throw syntaxError(sql[start])
}

function tokenOf(kind: Token['kind'] | 'dollar' | 'space', text: string, start: number): Token {
  switch (kind) {
    case 'dollar':
      return { kind: 'string', value: text.slice(2, -2), text, start }
    case 'string':
      return { kind, value: plain(text.slice(text.indexOf("'") + 1, -1)), text, start }
    case 'quoted':
      // Redshift folds quoted names too, unless told otherwise.
      return { kind, value: text.slice(1, -1).replaceAll('""', '"').toLowerCase(), text, start }
    case 'parameter':
      return { kind, value: text.slice(1), text, start }
    default:
      return { kind: kind as Token['kind'], value: text.toLowerCase(), text, start }
  }
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f' }

const plain = (text: string): string =>
  text.replace(/''|\\([0-7]{1,3}|[\s\S])/g, (whole, code?: string) => {
    if (code === undefined) return whole[0] ?? ''
    if (/^[0-7]/.test(code)) return String.fromCharCode(Number.parseInt(code, 8))
    return ESCAPES[code] ?? code
  })

export const isName = (token: Token | undefined): boolean =>
  token?.kind === 'word' || token?.kind === 'quoted'

/** A name as DuckDB reads it. */
export const quoteName = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** Text as DuckDB reads it: a backslash is nothing special there. */
export const quoteText = (text: string): string => `'${text.replaceAll("'", "''")}'`
