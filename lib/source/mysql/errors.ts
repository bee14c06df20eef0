import { Failure, messageOf, transient } from '../../error.ts'
import type { Reading } from '../../table/origin.ts'
import { codeOf, isLost } from '../network.ts'

interface Context {
  readonly source: string
  readonly database: string
  readonly table?: string
  readonly reading?: Pick<Reading, 'table'>
}

const BUSY = new Set([
  'PROTOCOL_CONNECTION_LOST',
  'ER_SERVER_SHUTDOWN',
  'ER_LOCK_WAIT_TIMEOUT',
  'ER_LOCK_DEADLOCK',
  // The table was altered after the snapshot was taken.
  'ER_TABLE_DEF_CHANGED',
])

/** The server takes no more connections, of anybody or of this user. */
const FULL = new Set([
  'ER_CON_COUNT_ERROR',
  'ER_TOO_MANY_USER_CONNECTIONS',
  'ER_USER_LIMIT_REACHED',
])

/** Whether the network or a busy server is at fault, so that another try may do. */
export function isConnectionLoss(error: unknown): boolean {
  const closed = /Connection lost|connection is in closed state/i.test(messageOf(error))
  return closed || isLost(error) || BUSY.has(codeOf(error))
}

/** MySQL's error as one sentence that says where, and what to do. */
export function explain(error: unknown, context: Context): Failure {
  if (error instanceof Failure) return error
  const { source, database, table = '' } = context
  const there = `${source}.${table}`
  const file = `the columns of ${context.reading?.table ?? table}`
  const message = messageOf(error)
  const refused = (sentence: string) => new Failure('SourceRefused', sentence, { cause: error })
  if (FULL.has(codeOf(error))) {
    return new Failure('Busy', `${source}: the server takes no more connections (${message})`, {
      cause: error,
    })
  }
  if (isConnectionLoss(error)) return transient(`${source}: ${message}`, error)
  switch (codeOf(error)) {
    case 'ER_ACCESS_DENIED_ERROR':
      return refused(`${source}: MySQL refuses the user or its password (${message})`)
    case 'ER_DBACCESS_DENIED_ERROR':
      return refused(`${source}: the user may not read the database ${database}`)
    case 'ER_BAD_DB_ERROR':
      return refused(`${source}: there is no database ${database}`)
    case 'ER_TABLEACCESS_DENIED_ERROR':
    case 'ER_COLUMNACCESS_DENIED_ERROR':
      return refused(`${there}: the user may not read it (${message}): grant it SELECT`)
    case 'ER_NO_SUCH_TABLE':
      return refused(`${there}: there is no such table in the database ${database}`)
    case 'ER_BAD_FIELD_ERROR': {
      const column = /column '([^']+)'/i.exec(message)?.[1] ?? 'a column'
      return refused(
        `${there} has no column ${column}: correct ${file}, or see \`npx usher mirror ${source} ${table}\``,
      )
    }
    case 'ENOTFOUND':
      return refused(`${source}: there is no host ${(error as { hostname?: string }).hostname}`)
    case 'HANDSHAKE_NO_SSL_SUPPORT':
      return refused(
        `${source}: the server has no TLS; if that is right, put "tls": false in its secret`,
      )
  }
  if (/max_(statement|execution)_time|maximum statement execution time/i.test(message)) {
    const help = 'declare chunks in its mirror, or allow more in its source'
    return refused(`${there}: the SELECT took longer than statementSeconds allows: ${help}`)
  }
  if (/certificate|altnames/i.test(message)) {
    return refused(
      `${source}: the server's certificate is not trusted (${message}): put its CA in the secret's "tls"`,
    )
  }
  return refused(`${there}: ${message}`)
}
