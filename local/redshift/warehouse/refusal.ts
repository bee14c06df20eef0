import { Cancelled, SqlError } from '../error.ts'

const INTEGERS: Readonly<Record<string, string>> = {
  INT16: 'Short',
  INT32: 'Integer',
  INT64: 'Long',
}

/** DuckDB's complaints in Redshift's words; the first that fits. */
const WORDS: readonly [RegExp, (...groups: string[]) => string][] = [
  [/ERROR: ([^\n]*)/, (text) => text],
  [
    /NOT NULL constraint failed: .*\.(\S+)/,
    (name) => `Cannot insert a NULL value into column ${name}`,
  ],
  [
    /(?:Table|View) with name "?([^\s"]+)"? does not exist/,
    (name) => `relation "${name}" does not exist`,
  ],
  [/Schema with name "?([^\s"]+)"? does not exist/, (name) => `schema "${name}" does not exist`],
  [
    /Referenced column "([^"]+)" (?:was )?not found|does not have a column (?:with name|named) "([^"]+)"/,
    (a, b) => `column "${a ?? b}" does not exist`,
  ],
  [/Column "([^"]+)" referenced that exists/, (name) => `column "${name}" does not exist`],
  [
    /Could not convert string '([^']*)' to (INT16|INT32|INT64)/,
    (value, type) => `Invalid digit, Value '${value[0] ?? ''}', Pos 0, Type: ${INTEGERS[type]}`,
  ],
  [/syntax error at or near "([^"]*)"/, (near) => `syntax error at or near "${near}"`],
  [/More than one row returned by a subquery/, () => 'more than one row returned by a subquery'],
]

const CONFLICT = /conflict|cannot be altered.*another transaction|has been altered/i

/** What the warehouse says of a statement that DuckDB refused. */
export function refusal(error: unknown, table = 'unknown'): Error {
  if (error instanceof SqlError || error instanceof Cancelled) return error
  const { message } = error as Error
  if (/interrupt/i.test(message)) return new Cancelled()
  if (/^TransactionContext Error|^Serialization Error/.test(message) && CONFLICT.test(message)) {
    const detail = `Serializable isolation violation on table - ${table}`
    return new SqlError(`1023 DETAIL: ${detail}`, { cause: error })
  }
  for (const [pattern, words] of WORDS) {
    const match = pattern.exec(message)
    if (match) return new SqlError(words(...(match.slice(1) as string[])), { cause: error })
  }
  const first = message.split('\n')[0]?.replace(/^[\w ]* Error: /, '') ?? message
  return new SqlError(first, { cause: error })
}
