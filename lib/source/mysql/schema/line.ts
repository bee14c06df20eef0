import type { NamedColumn } from '../../../table/definition.ts'
import { nameFor, quoted } from '../../spelling.ts'
import type { MysqlColumn } from './describe.ts'
import { mapped } from './mapped.ts'

/** What a line of a file says of a column. */
interface Said {
  readonly name: string
  /** `varchar(255)` */
  readonly maker: string
  readonly from?: string
  readonly key?: boolean
  readonly nullable?: boolean
  readonly encoding?: string
  readonly description?: string
}

const line = ({ name, maker, from, key, nullable, encoding, description }: Said): string => {
  const words = [maker]
  if (from !== undefined) words.push(`from(${quoted(from)})`)
  if (key) words.push('primaryKey()')
  if (nullable) words.push('nullable()')
  if (encoding) words.push(`encode(${quoted(encoding)})`)
  if (description) words.push(`describe(${quoted(description)})`)
  return `${name}: ${words.join('.')},`
}

/** The line that mirrors a column: `discount: decimal(10, 2).nullable(),` */
export function lineOf(column: MysqlColumn): string {
  const name = nameFor(column.name)
  return line({
    name,
    maker: mapped(column).column,
    from: name === column.name.toLowerCase() ? undefined : column.name,
    key: column.key,
    nullable: column.nullable,
    description: column.comment,
  })
}

/** The line of a column that is declared already, with the type that it has at the source. */
export function correctedLine(
  { name, column: { facts } }: NamedColumn,
  live: MysqlColumn,
  key = facts.key,
): string {
  const nullable = (live.nullable || facts.nullable === true) && !key
  return line({ ...facts, name, maker: mapped(live).column, key, nullable })
}

/** The line of a declared column, under another name at the source. */
export function renamedLine({ name, column: { facts } }: NamedColumn, from: string): string {
  const { type } = facts
  const lengths = /\(.*\)/.exec(type.ddl)?.[0].replace(',', ', ') ?? '()'
  const maker = `${type.name === 'super' ? 'super_' : type.name}${lengths}`
  return line({ ...facts, name, maker, from })
}
