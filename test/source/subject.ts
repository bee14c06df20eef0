import type { Tabled } from '../../lib/table/definition.ts'
import { type Secrets, startSecrets } from '../../local/services/secrets.ts'

/** A source under test: a server of its kind, and tables that are read from it. */
export interface Subject {
  /** `mysql` */
  readonly name: string
  /** Starts a server, and writes to it by a client that is not ours. */
  serve(rows: number): Promise<Server>
  /**
   * A table of so many records. Its first column is an integer, which counts them from 0; a hundred
   * thousand must be too large for the buffers of a connection: 30 MB or more.
   */
  readonly whole: Tabled
  /** A table of which one record holds a value that its column cannot. */
  readonly broken: Tabled
  /** What that failure must say: the table and column, the value, the record. */
  readonly complaint: RegExp
  /** A table that the source refuses for good: a wrong password, say; and how it says so. */
  readonly refused: Tabled
  readonly refusal: RegExp
}

export interface Server {
  /** What Secrets Manager holds, by the names that the tables' sources give. */
  readonly secrets: Readonly<Record<string, object>>
  /** What else the environment must say. */
  readonly environment?: Readonly<Record<string, string>>
  /** Connections that the source has open. */
  connections(): Promise<number> | number
  /** Breaks all of them off. */
  cut(): Promise<void> | void
  /** Tries that have been made to log in or to ask, since the server was started. */
  tries(): Promise<number> | number
  stop(): Promise<void>
}

/** Starts the server of a subject, and lets this process and its children find it as on AWS. */
export async function serve(subject: Subject, rows: number): Promise<Server> {
  const server = await subject.serve(rows)
  const secrets: Secrets = await startSecrets(server.secrets)
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
    ...server.environment,
  })
  return {
    ...server,
    async stop() {
      secrets.stop()
      await server.stop()
    },
  }
}
