import type { Connection, RowDataPacket } from 'mysql2/promise'
import type { TypeName } from '../../lib/table/type.ts'
import type { Placed } from './place.ts'
import type { RuleName } from './rules.ts'

/** Values by the id of their row and the name of their column, each in a form that can be compared. */
export type Values = ReadonlyMap<number, Readonly<Record<string, string | null>>>

/** How MySQL is asked for a value that is declared as a type: by other ways than an extract has. */
function questionOf({ name, subject: { type }, column }: Placed): string {
  const text = `HEX(CONVERT(CAST(${name} AS CHAR) USING utf8mb4))`
  switch (column.facts.type.name) {
    case 'varbyte':
      return /char|text/.test(type) ? `HEX(CONVERT(${name} USING utf8mb4))` : `HEX(${name})`
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'decimal':
    case 'boolean':
      return /^decimal/.test(type) ? text : `HEX(CAST(${name} + 0 AS CHAR))`
    // By the binary protocol, below.
    case 'real':
    case 'double':
      return name
    default:
      return /char|text|json|enum|set/.test(type) ? `HEX(CONVERT(${name} USING utf8mb4))` : text
  }
}

/** What MySQL itself says of every value, by the binary protocol and mostly as hexadecimal digits. */
export async function expectedOf(
  admin: Connection,
  group: string,
  placed: readonly Placed[],
): Promise<Values> {
  const list = placed.map((one) => `${questionOf(one)} AS ${one.name}`)
  const [rows] = await admin.execute<RowDataPacket[]>(
    `SELECT id, ${list.join(', ')} FROM ${group} WHERE id < 1000`,
  )
  return new Map(
    rows.map(({ id, ...values }) => [
      id,
      Object.fromEntries(
        placed.map(({ name, column }) => {
          const value = values[name]
          return [name, value === null ? null : shapeOf(column.facts.type.name, value)]
        }),
      ),
    ]),
  )
}

const isHex = (type: TypeName): boolean => type !== 'real' && type !== 'double'

function shapeOf(type: TypeName, value: string | number): string {
  if (!isHex(type)) return `${value}`
  // What is no UTF-8 stays what it is: the bytes are compared.
  return type === 'varbyte'
    ? `${value}`.toLowerCase()
    : Buffer.from(`${value}`, 'hex').toString('latin1')
}

/** Whether what arrived is what MySQL has, or what a rule makes of that. */
export function isSame(
  type: TypeName,
  expected: string | null,
  found: string | null,
  rule?: RuleName,
): boolean {
  if (rule === 'zero date') return expected !== null && found === null
  if (expected === null || found === null) return expected === found
  const bytes = Buffer.from(found).toString('latin1')
  // Bytes stand as characters: none that goes on with another may be the first that is missing.
  if (rule === 'cut') {
    const isStart = bytes !== '' && expected.startsWith(bytes)
    return isStart && /^[^\x80-\xbf]/.test(expected.slice(bytes.length))
  }
  switch (type) {
    case 'varbyte':
      return found === expected
    case 'real':
      return Math.fround(Number(found)) === Math.fround(Number(expected))
    case 'double':
      return Number(found) === Number(expected)
    case 'boolean':
      return found === (expected === '0' ? 'false' : 'true')
    case 'smallint':
    case 'integer':
    case 'bigint':
    case 'decimal':
      return plain(found) === plain(expected)
    case 'date':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return moment(found) === moment(expected)
    case 'super':
      return document(found) === document(ruled(Buffer.from(expected, 'latin1').toString(), rule))
    default:
      return bytes === Buffer.from(ruled(expected, rule), 'latin1').toString('latin1')
  }
}

/** Zeros that say nothing of a number are left out. */
const plain = (text: string): string =>
  (text.includes('.') ? text.replace(/\.?0+$/, '') : text).replace(/^(-?)0+(?=\d)/, '$1')

/** As is the midnight of a day, a fraction of nothing, and the zone, which is UTC. */
const moment = (text: string): string =>
  text
    .replace(/\+00$/, '')
    .replace(/(\.\d*?)0+$/, '$1')
    .replace(/\.$/, '')
    .replace(/ 00:00:00$/, '')

type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown
const { parse, rawJSON } = JSON as unknown as {
  parse(text: string, reviver: Reviver): unknown
  rawJSON(text: string): object
}

/** JSON without its white space, with every digit. */
const document = (text: string): string =>
  JSON.stringify(
    parse(text, (_key, value, { source = '' }) =>
      typeof value === 'number' ? rawJSON(source) : value,
    ),
  )

/** A text, its bytes as characters, after a rule. */
function ruled(text: string, rule?: RuleName): string {
  if (rule === 'NUL')
    return text.replaceAll('\0', '').replaceAll(/(?<!\\)((?:\\\\)*)\\u0000/g, '$1')
  if (rule !== 'surrogate') return text
  if (text.includes('\\u')) return text.replaceAll(/\\u[dD][89a-fA-F]../g, '\ufffd')
  return text.replaceAll(/\xed[\xa0-\xbf][\x80-\xbf]/g, '\xef\xbf\xbd')
}
