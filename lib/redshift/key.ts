import { Failure } from '../error.ts'
import { type Definition, keyOf } from '../table/definition.ts'
import { identifier } from '../table/sql.ts'
import { tableName } from './ddl.ts'
import type { Work } from './load.ts'
import { mergeOf } from './publish.ts'
import { liveColumns } from './schema.ts'

/**
 * Throws a WarehouseRefused, with the statements to run, where a table has another primary key than is
 * declared. Redshift enforces none, but believes it when it plans a query: rows that are only told apart
 * by the new key would be one to a DISTINCT. A table without any is believed nothing of.
 */
export async function checkKey({ warehouse, table, deadline }: Work): Promise<void> {
  const statement = {
    text: `select con.conname as name, att.attname as col
from pg_constraint as con
join pg_class as rel on rel.oid = con.conrelid
join pg_namespace as nsp on nsp.oid = rel.relnamespace
join pg_attribute as att on att.attrelid = con.conrelid and att.attnum = any(con.conkey)
where con.contype = 'p' and nsp.nspname = :schema and rel.relname = :name
order by att.attnum`,
    parameters: { schema: table.schema, name: table.name },
  }
  const rows = await warehouse.query(statement, deadline)
  const [there, declared] = [rows.map(({ col }) => col ?? ''), keyOf(table)]
  if (there.length === 0) return
  if (there.toSorted().join() === declared.toSorted().join()) return
  const live = await liveColumns(warehouse, table, deadline)
  // Redshift takes no column into a key that may be NULL, nor can it make it NOT NULL.
  const fits = declared.every((key) => live.some(({ name, nullable }) => name === key && !nullable))
  const add =
    declared.length > 0 && fits ? [`add primary key (${declared.map(identifier).join(', ')})`] : []
  const fixes = [`drop constraint ${identifier(rows[0]?.name ?? '')}`, ...add]
  const run = fixes.map((fix) => `alter table ${tableName(table)} ${fix};`).join(' ')
  const is = `its primary key is ${list(there)} and declared ${list(declared)}.${also(table)}`
  throw new Failure('WarehouseRefused', `${table.id} has changed: ${is} Run: ${run}`)
}

const list = (names: readonly string[]): string =>
  names.length > 0 ? `(${names.join(', ')})` : 'none'

/** Other tables are whole once they are loaded, or of days that are only replaced. */
const also = (table: Definition): string =>
  mergeOf(table) === undefined
    ? ''
    : ' Rows that were merged by the old key stay: delete those that should not.'
