import { isName, type Token } from '../sql/token.ts'
import { mustMayOn } from '../warehouse/rights.ts'
import type { Session } from '../warehouse/session.ts'

/** What the table needs that a statement is about, by the statement's first word. */
const NEEDS: Readonly<Record<string, string>> = {
  alter: 'OWN',
  analyze: 'OWN',
  comment: 'OWN',
  copy: 'INSERT',
  delete: 'DELETE',
  drop: 'OWN',
  insert: 'INSERT',
  // Which privilege LOCK takes is not documented: one that a reader has not.
  lock: 'DELETE',
  merge: 'UPDATE',
  truncate: 'OWN',
  update: 'UPDATE',
  vacuum: 'OWN',
}

/** Throws a SqlError unless the user may do what a statement does to the tables that it names. */
export async function mayRun(session: Session, tokens: readonly Token[]): Promise<void> {
  if (session.user === undefined) return
  const [first] = tokens
  const need = NEEDS[first?.value ?? ''] ?? 'SELECT'
  let isFirst = true
  for (let at = 0; at < tokens.length; at++) {
    const table = await tableAt(session, tokens, at)
    if (!table) continue
    await mustMayOn(session, table, isFirst ? need : 'SELECT')
    isFirst = false
  }
}

/** The table of the warehouse that a name is, with its schema or where a table is named. */
async function tableAt(session: Session, tokens: readonly Token[], at: number) {
  const [token, dot, second] = tokens.slice(at, at + 3)
  const before = tokens[at - 1]
  if (!token || !isName(token) || before?.value === '.') return undefined
  if (dot?.value === '.' && second && isName(second)) {
    const table = await session.find({ schema: token.value, name: second.value })
    if (table) return table
  }
  const names = before?.kind === 'word' && TABLE_FOLLOWS.has(before.value)
  const table = names ? await session.find({ name: token.value }) : undefined
  return table?.schema === undefined ? undefined : table
}

const TABLE_FOLLOWS = new Set(
  'analyze copy delete from into join lock only table truncate update using vacuum'.split(' '),
)
