import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { S3Client } from '@aws-sdk/client-s3'
import { type Connection, createConnection } from 'mysql2/promise'
import { type Bucket, bucketOf } from '../../../lib/manifest/bucket.ts'
import { findServer, startServer } from '../../../local/mysql/server.ts'
import { end, tie } from '../../../local/server/child.ts'
import { secretOf, startSecrets } from '../../../local/services/secrets.ts'
import { DATABASE, fill } from './table.ts'

/** What the contestants find: a table in a server, and an S3. */
export interface Setting {
  readonly rows: number
  /** For files that are of no use later. */
  readonly folder: string
  /** Of a user who may read. */
  readonly url: string
  readonly flavor: 'mariadb' | 'mysql'
  /** `MariaDB 10.11.14` */
  readonly version: string
  /** A connection of one who may do everything. */
  readonly connection: Connection
  readonly s3Url: string
  readonly bucket: Bucket
  stop(): Promise<void>
}

/** What a row takes on the server's disk, and a little more. */
const BYTES_A_ROW = 600

/** Starts the servers and fills the table. Throws where none is installed, or the disk is too small. */
export async function open(rows: number): Promise<Setting> {
  const server = findServer()
  if (!server) {
    throw new Error('no MariaDB or MySQL is installed: apt-get install -y mariadb-server')
  }
  checkDisk(rows)
  const folder = mkdtempSync(join(tmpdir(), 'usher-bench-'))
  const clear = () => rmSync(folder, { recursive: true, force: true, maxRetries: 10 })
  process.once('exit', clear)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1))
  // Its own memory holds the table, if it is not huge: no disk is compared here.
  const args = ['--innodb-buffer-pool-size=1G']
  const mysql = await startServer({ dir: join(folder, 'mysql'), database: DATABASE, server, args })
  const connection = await createConnection({ uri: mysql.adminUrl, charset: 'utf8mb4' })
  await fill(connection, rows, (done) => progress(`${count(done)} of ${count(rows)} rows written`))
  const secrets = await startSecrets({ [DATABASE]: secretOf(new URL(mysql.url)) })
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'bench',
    AWS_SECRET_ACCESS_KEY: 'bench',
  })
  const s3 = await startS3()
  return {
    rows,
    folder,
    url: mysql.url,
    flavor: server.flavor,
    version: await versionOf(connection),
    connection,
    s3Url: s3.url,
    bucket: bucketOf('staging', new S3Client({ endpoint: s3.url, forcePathStyle: true })),
    async stop() {
      secrets.stop()
      await s3.stop()
      await connection.end()
      await mysql.stop()
      process.off('exit', clear)
      clear()
    },
  }
}

function checkDisk(rows: number): void {
  const { bavail, bsize } = statfsSync(tmpdir())
  const [free, needed] = [bavail * bsize, rows * BYTES_A_ROW].map((bytes) => bytes / 1e9)
  if ((free ?? 0) > (needed ?? 0)) return
  const problem = `${tmpdir()} has ${free?.toFixed(1)} GB free, ${count(rows)} rows take ${needed?.toFixed(1)}`
  throw new Error(`${problem}: give --rows fewer, or set TMPDIR to a larger disk`)
}

/** An S3 in a process of its own, so that its memory and CPU are nobody else's. */
async function startS3(): Promise<{ url: string; stop(): Promise<void> }> {
  const file = fileURLToPath(new URL('./programs/s3.ts', import.meta.url))
  const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] })
  tie(child, () => {})
  for await (const url of createInterface(child.stdout)) return { url, stop: () => end(child) }
  throw new Error('the local S3 did not start')
}

async function versionOf(connection: Connection): Promise<string> {
  const [found] = await connection.query('SELECT VERSION() AS version')
  const [{ version } = { version: '' }] = found as { version: string }[]
  const number = /[\d.]+/.exec(version)?.[0]
  return `${version.includes('MariaDB') ? 'MariaDB' : 'MySQL'} ${number}`
}

/** Says on the terminal what is being done, and leaves what is printed to the table. */
export const progress = (sentence: string): void => console.error(sentence)

export const count = (number: number): string => number.toLocaleString('en-US')
