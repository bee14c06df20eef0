import { SqlError, syntaxError } from '../error.ts'
import { quoteTable, type Reader } from '../sql/reader.ts'
import { quoteName, type Token } from '../sql/token.ts'
import { translate } from '../sql/translate.ts'
import { typeText } from '../sql/type.ts'
import type { Table } from '../warehouse/catalog.ts'
import type { Session } from '../warehouse/session.ts'
import type { Place } from './execute.ts'
import { checkMerge } from './merge.ts'

/** INSERT, UPDATE and MERGE: what they leave must fit the declared lengths. */
export async function write({ session }: Place, reader: Reader): Promise<number> {
  const verb = reader.tokens[0]?.value
  if (verb !== 'update') reader.expect('into')
  const table = await session.table(reader.table())
  const context = await session.context()
  if (verb === 'merge') await checkMerge(session, table, reader, context)
  const { rowsChanged } = await session.run(translate(reader.tokens, context), table)
  await checkLengths(session, table)
  return rowsChanged
}

/** DELETE, whose FROM may be left out, and TRUNCATE. */
export async function remove({ session }: Place, reader: Reader): Promise<number> {
  const truncates = reader.tokens[0]?.value === 'truncate'
  if (truncates) reader.accept('table')
  else reader.accept('from')
  const table = await session.table(reader.table())
  const rest: Token[] = reader.tokens.slice(reader.at)
  if (truncates && rest.length > 0) throw syntaxError(rest[0]?.text)
  const text = translate(rest, await session.context())
  return (await session.run(`delete from ${quoteTable(table)} ${text}`, table)).rowsChanged
}

/** DuckDB's VARCHAR and BLOB have no lengths: they are looked at once the statement has run. */
async function checkLengths(session: Session, table: Table): Promise<void> {
  const limited = table.columns.filter(({ type }) => type.length !== undefined)
  if (limited.length === 0) return
  const longest = limited.map(({ name, type }) => {
    const bytes = type.name === 'binary varying' ? 'octet_length' : 'strlen'
    return `max(${bytes}(${quoteName(name)}))`
  })
  const result = await session.run(`select ${longest.join(', ')} from ${quoteTable(table)}`)
  const [row = []] = await result.getRowsJson()
  limited.forEach(({ type }, i) => {
    if (Number(row[i] ?? 0) > (type.length ?? 0)) {
      throw new SqlError(`value too long for type ${typeText(type)}`)
    }
  })
}
