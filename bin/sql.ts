import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { Failure } from '../lib/error.ts'
import { columns } from '../local/display.ts'
import { query } from '../local/redshift/query.ts'
import { home } from './home.ts'
import type { Command } from './usher.ts'

export const sqlCommand: Command = {
  usage: 'sql "select …"',
  summary: "Asks the local warehouse a question, in Redshift's SQL.",
  help: `Runs one query on .usher/warehouse.duckdb, which nights on this machine fill.

  npx usher sql "select year, count(*) from dim_date group by 1 order by 1"
  npx usher sql "select table_name, run_date, row_count from usher.loads"`,
  async run(words) {
    const [statement, ...others] = words
    if (!statement || others.length > 0) {
      throw new Failure('BadInput', 'give one query, in quotes: npx usher sql "select 1"')
    }
    const file = join(home, 'warehouse.duckdb')
    if (!existsSync(file)) {
      throw new Failure('BadInput', 'there is no warehouse here yet: npm run night makes it')
    }
    const { columns: header, rows } = await query(file, statement)
    const text = (value: unknown) =>
      value === null || value === undefined ? 'NULL' : String(value)
    const numeric = header.flatMap(({ type }, i) =>
      /int|dec|num|double|float|real/i.test(type) ? [i] : [],
    )
    const cells = rows.map((row) => row.map((value) => text(value).replaceAll('\n', '\\n')))
    for (const line of columns([header.map(({ name }) => name), ...cells], numeric))
      console.log(line)
    console.log(`${rows.length} ${rows.length === 1 ? 'row' : 'rows'}`)
    return 0
  },
}
