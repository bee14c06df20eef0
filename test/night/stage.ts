import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RedshiftDataClient } from '@aws-sdk/client-redshift-data'
import { type Connection, createConnection } from 'mysql2/promise'
import { bucketOf } from '../../lib/manifest/bucket.ts'
import { loads } from '../../lib/redshift/audit.ts'
import { warehouseOf } from '../../lib/redshift/client.ts'
import { prepareTable } from '../../lib/redshift/schema.ts'
import { startServer } from '../../local/mysql/server.ts'
import { startRedshift } from '../../local/redshift/redshift.ts'
import { startS3 } from '../../local/services/s3.ts'
import { secretOf, startSecrets } from '../../local/services/secrets.ts'

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
  const s3 = await startS3(join(directory, 's3'), ['staging'])
  const redshift = await startRedshift({
    file: join(directory, 'warehouse.duckdb'),
    s3: s3.client,
  })
  const client = new RedshiftDataClient({
    endpoint: redshift.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  const warehouse = warehouseOf({ workgroup: 'test', database: 'warehouse' }, client)
  const bucket = bucketOf('staging', s3.client)
  const tools = {
    bucket,
    warehouse,
    milliseconds: 60_000,
    copyRole: 'arn:aws:iam::111111111111:role/copy',
  }
  const schema = { text: 'create schema if not exists "usher"', parameters: {} }
  await warehouse.transaction('schema', [schema])
  await prepareTable(warehouse, loads)
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
      await redshift.close()
      await s3.stop()
      secrets.stop()
      await server.stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

export type NightStage = Awaited<ReturnType<typeof startStage>>
