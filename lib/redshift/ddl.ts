import { type Definition, keyOf, type NamedColumn, partitionOf } from '../table/definition.ts'
import { identifier } from '../table/sql.ts'

/** The Data API takes this many statements in a batch. */
export const MOST_STATEMENTS = 40

/** `"public"."events"` */
export const tableName = (table: Definition): string =>
  `${identifier(table.schema)}.${identifier(table.name)}`

/** `"id", "title"` */
export const columnList = (table: Definition): string =>
  table.columns.map(({ name }) => identifier(name)).join(', ')

/** The statement that creates a table where there is none. */
export function createTable(table: Definition): string {
  const key = keyOf(table).map(identifier)
  const lines = table.columns.map((column) => columnDdl(column))
  if (key.length > 0) lines.push(`primary key (${key.join(', ')})`)
  const body = `create table if not exists ${tableName(table)} (\n  ${lines.join(',\n  ')}\n)`
  return [body, distribution(table), sorting(table)].join('\n')
}

/** The name of the temporary table that a load or transform fills first. */
export const stageName = (table: Definition): string =>
  identifier(`stage_${table.name}`.slice(0, 127))

/**
 * The statement that creates it: the declared columns, NULLs refused where they are, spread as the
 * table is, so that publishing moves no row between nodes. Files that others wrote do not hold their
 * day: it is a default there.
 */
export function createStage(table: Definition, date: string, holds: StageHolds = 'rows'): string {
  const day = table.made.by === 'copy' ? partitionOf(table) : undefined
  const lines = table.columns.map((named) => {
    const { type, nullable } = named.column.facts
    const words = [identifier(named.name), isHex(named, holds) ? hexType(named) : type.ddl]
    if (named.name === day) words.push(`default ${literal(date)}`)
    if (!nullable) words.push('not null')
    return words.join(' ')
  })
  const spread = ['all', 'auto'].includes(table.dist) ? 'diststyle even' : distribution(table)
  return `create temp table ${stageName(table)} (\n  ${lines.join(',\n  ')}\n)\n${spread}`
}

/** What fills a stage: a query's rows, or COPY's files. */
export type StageHolds = 'rows' | 'files'

/** A stage's columns as the table takes them. */
export const stageColumns = (table: Definition, holds: StageHolds): string =>
  table.columns.map((named) => stageValue(named, holds, identifier(named.name))).join(', ')

/** What says that a row of a stage and one of the table have the same primary key. */
export const sameKey = (table: Definition, stage: string, holds: StageHolds): string =>
  table.columns
    .filter(({ column }) => column.facts.key)
    .map((named) => {
      const name = identifier(named.name)
      return `${identifier(table.name)}.${name} = ${stageValue(named, holds, `${stage}.${name}`)}`
    })
    .join(' and ')

/** What a stage holds in one column, as the table has it. */
export function stageValueOf(table: Definition, column: string, holds: StageHolds): string {
  const named = table.columns.find(({ name }) => name === column)
  if (!named) throw new Error(`${table.id} has no column ${column}`)
  return stageValue(named, holds, `${stageName(table)}.${identifier(column)}`)
}

/** Whether a stage holds all values as the table does. */
export const holdsValues = (table: Definition, holds: StageHolds): boolean =>
  !table.columns.some((named) => isHex(named, holds))

const stageValue = (named: NamedColumn, holds: StageHolds, name: string): string =>
  isHex(named, holds) ? `from_hex(${name})` : name

/**
 * COPY takes an empty field of any type but text as NULL. So bytes are copied as text, in
 * hexadecimal, and become bytes when they are published; beyond what VARCHAR holds they cannot, and
 * the encoder refuses empty ones.
 */
const isHex = ({ column }: NamedColumn, holds: StageHolds): boolean =>
  holds === 'files' && column.facts.type.name === 'varbyte' && hexLength(column) <= 65_535

const hexLength = ({ facts }: NamedColumn['column']): number =>
  2 * Number(/\d+/.exec(facts.type.ddl)?.[0])

const hexType = ({ column }: NamedColumn): string => `varchar(${hexLength(column)})`

/** `"title" varchar(255) not null default '' encode zstd` */
export function columnDdl({ name, column: { facts } }: NamedColumn, added = false): string {
  const { type, encoding, fallback, nullable } = facts
  const words = [identifier(name), type.ddl]
  if (encoding) words.push(`encode ${encoding}`)
  if (fallback !== undefined) words.push(`default ${literal(type.encode(fallback), type.quoted)}`)
  // Redshift adds no NOT NULL column without a default to a table that may hold rows.
  if (!nullable && (!added || fallback !== undefined)) words.push('not null')
  return words.join(' ')
}

/** DDL takes no parameters. Redshift reads a backslash in a literal as the start of an escape. */
export function literal(text: string, always = true): string {
  if (!always && /^-?\d+(\.\d+)?$/.test(text)) return text
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`
}

function distribution({ dist }: Definition): string {
  if (dist === 'all' || dist === 'even' || dist === 'auto') return `diststyle ${dist}`
  return `diststyle key distkey (${identifier(dist)})`
}

function sorting({ sort }: Definition): string {
  return sort.length > 0 ? `sortkey (${sort.map(identifier).join(', ')})` : 'sortkey auto'
}
