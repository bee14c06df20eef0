import { createHash } from 'node:crypto'
import { loads, UTC_NOW } from './audit.ts'
import { StatementError, type Warehouse } from './client.ts'
import { literal, tableName } from './ddl.ts'

/** The view that says how old the rows of each table are. */
const asOf = { schema: loads.schema, name: 'as_of' } as const

/** As statements name it. */
export const AS_OF = `"${asOf.schema}"."${asOf.name}"`

/**
 * Of each table the load of its latest run date. Bound to nothing, so that it never stands in the way of
 * a change of the audit table.
 */
const VIEW = `create or replace view ${AS_OF} as
select case when position('.' in table_name) > 0 then split_part(table_name, '.', 1) else 'public' end as schema_name,
  case when position('.' in table_name) > 0 then split_part(table_name, '.', 2) else table_name end as table_name,
  run_date, loaded_at, coalesce(table_rows, row_count) as row_count,
  cast(datediff(minute, loaded_at, ${UTC_NOW}) / 60.0 as decimal(10,1)) as hours_since
from (
  select table_name, run_date, loaded_at, table_rows, row_count,
    row_number() over (partition by table_name order by run_date desc, loaded_at desc) as newest
  from ${tableName(loads)}
) as latest
where newest = 1
with no schema binding`

/** The comment on the view, by which one that is older than this text is told. */
const REMARKS = `How old the rows of each table are. ${createHash('sha256').update(VIEW).digest('hex').slice(0, 12)}`

/**
 * Makes the view where it is not there, or is another: to put it in its own place each night would wait
 * for whoever reads it. Gives a warning where Redshift refuses it: tables are loaded all the same.
 */
export async function makeAsOf(warehouse: Warehouse, run: string): Promise<string[]> {
  const known = {
    text: 'select remarks from svv_tables where table_schema = :schema and table_name = :name',
    parameters: asOf,
  }
  const [found] = await warehouse.query(known)
  if (found?.remarks === REMARKS) return []
  const texts = [VIEW, `comment on view ${AS_OF} is ${literal(REMARKS)}`]
  try {
    await warehouse.transaction(
      `usher ${run} as-of`,
      texts.map((text) => ({ text, parameters: {} })),
    )
    return []
  } catch (error) {
    if (!(error instanceof StatementError)) throw error
    return [`the view ${AS_OF}, which says how old rows are, cannot be made: ${error.message}`]
  }
}
