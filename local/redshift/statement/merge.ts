import { SqlError, unknownHere } from '../error.ts'
import { quoteTable, type Reader } from '../sql/reader.ts'
import type { Token } from '../sql/token.ts'
import { type Context, translate } from '../sql/translate.ts'
import type { Table } from '../warehouse/catalog.ts'
import type { Session } from '../warehouse/session.ts'

const is = (token: Token | undefined, ...words: readonly string[]): boolean =>
  token?.kind === 'word' && words.includes(token.value)

/** Redshift's MERGE has both WHENs, without conditions, and matches a row of the target once. */
export async function checkMerge(
  session: Session,
  target: Table,
  reader: Reader,
  context: Context,
): Promise<void> {
  if (reader.next?.value !== 'using') throw unknownHere('an alias for the target of MERGE')
  const { tokens, at } = reader
  const on = tokens.findIndex((token, i) => i > at && is(token, 'on'))
  const when = tokens.findIndex((token, i) => i > on && is(token, 'when', 'remove'))
  if (on < 0 || when < 0) throw new SqlError('MERGE needs USING, ON and WHEN')
  if (is(tokens[when], 'remove')) throw unknownHere('MERGE … REMOVE DUPLICATES')
  const rest = tokens.slice(when)
  const whens = rest.flatMap((token, i) => (is(token, 'when') ? [i] : []))
  const matched = rest.some((token, i) => is(token, 'when') && is(rest[i + 1], 'matched'))
  const unmatched = rest.some((token, i) => is(token, 'when') && is(rest[i + 1], 'not'))
  if (!matched || !unmatched || whens.length !== 2) {
    throw new SqlError('MERGE must have one WHEN MATCHED and one WHEN NOT MATCHED clause')
  }
  if (whens.some((i) => is(rest[i + 2], 'and') || is(rest[i + 3], 'and'))) {
    throw new SqlError('MERGE takes no condition in its WHEN clauses')
  }
  const source = translate(tokens.slice(at + 1, on), context)
  const condition = translate(tokens.slice(on + 1, when), context)
  const name = quoteTable(target)
  const twice = await session.rows(
    `select 1 from ${name} join ${source} on ${condition} group by ${name}.rowid
     having count(*) > 1 limit 1`,
  )
  if (twice.length > 0) throw new SqlError('Found multiple matches to update the same tuple.')
}
