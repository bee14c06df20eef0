import { SqlError, unknownHere } from '../error.ts'
import { quoteTable, type Reader } from '../sql/reader.ts'
import type { Token } from '../sql/token.ts'
import { translate } from '../sql/translate.ts'
import { catalog } from '../warehouse/catalog.ts'
import { grantDefaults, mustMay } from '../warehouse/rights.ts'
import type { Place } from './execute.ts'

const LATE = ['with', 'no', 'schema', 'binding']

/** CREATE VIEW, of a view that is bound when it is asked; one in whose place is another keeps its grants. */
export const createView =
  ({ replace }: { readonly replace: boolean }) =>
  async ({ session }: Place, reader: Reader): Promise<number> => {
    const { schema = 'public', name } = reader.table()
    reader.expect('as')
    const end = reader.tokens.length - LATE.length
    const isLate = reader.tokens.slice(end).every(({ value }, at) => value === LATE[at])
    if (!isLate) throw unknownHere('a view without WITH NO SCHEMA BINDING')
    const query = reader.tokens.slice(reader.at, end)
    checkSchemas(query)
    const there = await session.find({ schema, name })
    if (there && !there.view) throw new SqlError(`"${name}" is not a view`)
    if (there && !replace) throw new SqlError(`Relation "${name}" already exists`)
    if (!there) await mustMay(session, { privilege: 'CREATE', schema })
    const text = translate(query, await session.context())
    await session.run(`create or replace view ${quoteTable({ schema, name })} as ${text}`)
    if (there) return 0
    const nothing = { columns: [], primaryKey: [], sortKey: [] }
    await catalog.add(session.rows, { schema, name, view: true, ...nothing }, session.owner)
    await grantDefaults(session, schema, name)
    return 0
  }

/** What such a view mentions must be named with its schema. */
function checkSchemas(tokens: readonly Token[]): void {
  tokens.forEach(({ kind, value }, at) => {
    if (kind !== 'word' || (value !== 'from' && value !== 'join')) return
    const [table, dot] = tokens.slice(at + 1)
    if (!table || table.value === '(' || dot?.value === '.') return
    throw new SqlError(`all relations of late-binding views need a schema: "${table.value}"`)
  })
}
