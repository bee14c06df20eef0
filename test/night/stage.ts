import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Connection, createConnection } from 'mysql2/promise'
import { startServer } from '../../local/mysql/server.ts'
import { secretOf, startSecrets } from '../../local/services/secrets.ts'
import { startWarehouse } from '../redshift/stage.ts'

/**
 * All that a night's tasks work with: a MySQL server, S3, Redshift, and the secret `shop`; and others
 * where they are given.
 */
export async function startStage(others: Readonly<Record<string, object>> = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'usher-stage-test-'))
  const server = await startServer({ dir: directory, database: 'shop' })
  const connect = async (): Promise<Connection> => {
    const connection = await createConnection({ uri: server.adminUrl, dateStrings: true })
    await connection.query('CREATE DATABASE IF NOT EXISTS shop CHARACTER SET utf8mb4')
    await connection.query('USE shop')
    await connection.query(`SET time_zone = '+00:00'`)
    return connection
  }
  const admin = await connect()
  const secrets = await startSecrets({ shop: secretOf(new URL(server.url)), ...others })
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  })
  const { s3, bucket, warehouse, stop } = await startWarehouse()
  const tools = {
    bucket,
    warehouse,
    milliseconds: 60_000,
    copyRole: 'arn:aws:iam::111111111111:role/copy',
  }
  return {
    tools,
    admin,
    s3,
    /** One more connection to MySQL, for a transaction of its own. */
    connect,
    /** The rows of a query in the warehouse, as arrays of text. */
    async ask(text: string): Promise<(string | null)[][]> {
      return (await warehouse.query({ text, parameters: {} })).map((row) => Object.values(row))
    },
    /** Runs a statement in the warehouse, as somebody else would. */
    change: (text: string) =>
      warehouse.transaction(`change ${Math.random()}`, [{ text, parameters: {} }]),
    async stop() {
      await admin.end()
      await stop()
      secrets.stop()
      await server.stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

export type NightStage = Awaited<ReturnType<typeof startStage>>
