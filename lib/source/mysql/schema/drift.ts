import type { NamedColumn } from '../../../table/definition.ts'
import type { Reading } from '../../../table/origin.ts'
import { quoted } from '../../spelling.ts'
import type { MysqlColumn } from './describe.ts'
import { fitOf } from './fit.ts'
import { isLike } from './like.ts'
import { correctedLine, lineOf, renamedLine } from './line.ts'

/** The columns that a mirror leaves out on purpose, by name; `others`, whichever they are. */
export type Without = readonly string[] | 'others'

/** A sentence, and the column that it is about, if it is about one. */
type Warning = readonly [sentence: string, column?: NamedColumn]

/** How a table is not what its mirror declares: a sentence for each difference, with the line to write. */
export interface Drift {
  /** Columns that are not there, as far as the user may see. */
  readonly gone: readonly string[]
  /** What must be put right before a row can be read. */
  readonly problems: readonly string[]
  /** What does no harm, or none yet. */
  readonly warnings: readonly Warning[]
}

/** A mirror and its table: `orders` and `production.orders`. */
export interface Pair extends Pick<Reading, 'table' | 'columns'> {
  readonly there: string
  readonly without: Without
}

/** Compares a table with its mirror. Columns go by their names, whatever their order. */
export function driftOf(pair: Pair, live: readonly MysqlColumn[]): Drift {
  const named = (name: string) =>
    live.find((column) => column.name.toLowerCase() === name.toLowerCase())
  const fresh = freshOf(pair, live)
  const gone: string[] = []
  const problems: string[] = []
  const warnings: Warning[] = []
  for (const column of pair.columns) {
    const found = named(nameThere(column))
    if (!found) gone.push(goneColumn(pair, column, fresh))
    else if (!column.column.facts.pinned) {
      const { problem, warning } = otherType(pair, column, found)
      if (problem) problems.push(problem)
      if (warning) warnings.push([warning, column])
    }
  }
  problems.push(...otherKey(pair, live))
  if (fresh.length > 0 && pair.without !== 'others') warnings.push([newColumns(pair, fresh)])
  return { gone, problems, warnings }
}

const nameThere = ({ name, column }: NamedColumn): string => column.facts.from ?? name

/** The columns of a table that its mirror says nothing of. */
function freshOf({ columns, without }: Pair, live: readonly MysqlColumn[]): MysqlColumn[] {
  const known = [...columns.map(nameThere), ...(without === 'others' ? [] : without)]
  const names = new Set(known.map((name) => name.toLowerCase()))
  return live.filter(({ name }) => !names.has(name.toLowerCase()))
}

function goneColumn(
  { there, table }: Pair,
  own: NamedColumn,
  fresh: readonly MysqlColumn[],
): string {
  const name = nameThere(own)
  const alike = fresh.filter((column) => fitOf(own.column.facts.type, column) === 'whole')
  const likely = alike.filter((column) => isLike(column.name, name))
  // Of many columns of one type, none is likelier than another.
  const now = likely.length > 0 || alike.length > 2 ? likely : alike
  const lines = now.map((column) => `\`${renamedLine(own, column.name)}\``)
  const gone = `delete the line of ${own.name} from the columns of ${table}`
  const what = `${there} has no column ${name}`
  if (lines.length === 0) return `${what}: ${gone}.`
  const names = now.map((column) => column.name).join(' or ')
  return `${what}. Is it now ${names}? Then write ${lines.join(' or ')}; if it is gone, ${gone}.`
}

function otherType(
  { there, table }: Pair,
  own: NamedColumn,
  live: MysqlColumn,
): { readonly problem?: string; readonly warning?: string } {
  const { type, nullable, key, truncated } = own.column.facts
  const found = fitOf(type, live)
  const fit = found === 'part' && truncated ? 'whole' : found
  const fix = `Write \`${correctedLine(own, live)}\` or, if that is meant, add \`.pinned()\`.`
  const declared = `${table} declares it ${type.ddl}`
  const problem = {
    whole: undefined,
    odd: declared,
    part: `${declared}, which may not hold all of it`,
    none: isClock(live.type) && isClock(type.name) ? `${declared}: ${CLOCKS}` : declared,
  }[fit]
  const isNull = live.nullable && !nullable && !key
  if (!problem && !isNull) return {}
  const is = `${typeOf(live)}${isNull ? ' and may be NULL' : ''}`
  const sentence = `${there}.${live.name} is ${is}; ${problem ?? `${table} takes no NULL`}. ${fix}`
  return fit === 'none' ? { problem: sentence } : { warning: sentence }
}

const CLOCKS = 'to MySQL a timestamp is an instant, and a datetime a clock on a wall'

const isClock = (type: string): boolean => /^(timestamp|timestamptz|datetime)$/.test(type)

/** `varchar(100) in utf8mb4` */
const typeOf = ({ fullType, charset }: MysqlColumn): string =>
  charset ? `${fullType} in ${charset}` : fullType

/** A key that is not one there would make one row of several. */
function otherKey({ there, table, columns }: Pair, live: readonly MysqlColumn[]): string[] {
  const keys = columns.filter(({ column }) => column.facts.key)
  const names = new Set(keys.map((column) => nameThere(column).toLowerCase()))
  const missing = live.filter(({ key, name }) => key && !names.has(name.toLowerCase()))
  const isUnique = live.some(({ unique, name }) => unique && names.has(name.toLowerCase()))
  const isPinned = keys.some(({ column }) => column.facts.pinned)
  if (keys.length === 0 || missing.length === 0 || isUnique || isPinned) return []
  const all = live.flatMap(({ key, name }) => (key ? [name] : []))
  const lines = missing.map((column) => {
    const own = columns.find((own) => nameThere(own).toLowerCase() === column.name.toLowerCase())
    return `\`${own ? correctedLine(own, column, true) : lineOf(column)}\``
  })
  const what = `${there} has the primary key ${all.join(', ')}`
  const but = `${table} has ${keys.map(({ name }) => name).join(', ')}, which may be in several rows`
  return [`${what}; ${but}. Write ${lines.join(' ')} or, if that is meant, add \`.pinned()\`.`]
}

/** So many new columns are shown. */
const MOST = 10

function newColumns({ there, table, without }: Pair, fresh: readonly MysqlColumn[]): string {
  const [source, name] = [there.slice(0, there.indexOf('.')), there.slice(there.indexOf('.') + 1)]
  const lines = fresh.slice(0, MOST).map((column) => `\`${lineOf(column)}\``)
  const more = fresh.length - lines.length
  const rest =
    more > 0 ? ` and ${more} more, which \`npx usher mirror ${source} ${name}\` prints` : ''
  const what = `${there} has ${fresh.length} ${fresh.length === 1 ? 'column' : 'columns'} more`
  const left = [...(without as readonly string[]), ...fresh.map((column) => column.name)]
  const names = more > 0 ? quoted('others') : `[${left.map(quoted).join(', ')}]`
  const leave = `\`${source}.table(${quoted(name)}, { without: ${names} })\``
  return `${what} than ${table}. Add ${lines.join(' ')}${rest}; or leave out what is not wanted: ${leave}.`
}
