import { mkdtempSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { zstdCompressSync } from 'node:zlib'
import {
  BatchExecuteStatementCommand,
  DescribeStatementCommand,
  type DescribeStatementCommandOutput,
  type ExecutionMode,
  GetStatementResultCommand,
  RedshiftDataClient,
  type SqlParameter,
} from '@aws-sdk/client-redshift-data'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { startFauxqs } from 'fauxqs'
import { startRedshift } from '../../../local/redshift/redshift.ts'

export const BUCKET = 'staging'
export const ROLE = 'arn:aws:iam::123456789012:role/copy'
export const TARGET = { WorkgroupName: 'night', Database: 'warehouse' }

/** A query that takes a good while. */
export const slow = (power = 9): string =>
  `select count(*) from ${Array.from({ length: power }, (_, i) => `(${Array(6).fill('select 1 n').join(' union all ')}) t${i}`).join(' cross join ')}`

/** A stand-in with an S3 beside it, spoken to by the real clients. */
export async function startWarehouse() {
  const directory = mkdtempSync(join(tmpdir(), 'redshift-'))
  const file = join(directory, 'warehouse.duckdb')
  const store = await startFauxqs({ port: 0, host: '127.0.0.1', logger: false })
  store.createBucket(BUCKET)
  const credentials = { accessKeyId: 'local', secretAccessKey: 'local' }
  const region = 'us-east-1'
  const s3 = new S3Client({
    endpoint: `http://127.0.0.1:${store.port}`,
    forcePathStyle: true,
    region,
    credentials,
  })
  const redshift = await startRedshift({ file, s3 })
  const client = new RedshiftDataClient({ endpoint: redshift.url, region, credentials })

  async function submit(
    Sqls: string[],
    ExecutionMode?: ExecutionMode,
    Parameters?: SqlParameter[],
  ) {
    const { Id } = await client.send(
      new BatchExecuteStatementCommand({ ...TARGET, Sqls, ExecutionMode, Parameters }),
    )
    return Id as string
  }

  async function ended(Id: string): Promise<DescribeStatementCommandOutput> {
    return client.send(new DescribeStatementCommand({ Id, WaitTimeSeconds: 30 }))
  }

  /** Runs statements as one transaction. */
  const batch = async (...sqls: string[]) => ended(await submit(sqls))

  /** Runs each statement in a transaction of its own; throws what the first failed one says. */
  async function run(...sqls: string[]): Promise<void> {
    const { SubStatements = [] } = await ended(await submit(sqls, 'AUTO_COMMIT'))
    const failed = SubStatements.find(({ Status }) => Status === 'FAILED')
    if (failed) throw new Error(failed.Error)
  }

  /** The rows of a query, numbers as text. */
  async function rows(sql: string): Promise<(string | null)[][]> {
    const { Id, Error: message } = await batch(sql)
    if (message) throw new Error(message)
    const { Records = [] } = await client.send(new GetStatementResultCommand({ Id: `${Id}:1` }))
    return Records.map((record) =>
      record.map((field) => (field.isNull ? null : String(Object.values(field)[0]))),
    )
  }

  async function put(key: string, body: string | Uint8Array): Promise<string> {
    await s3.send(new PutObjectCommand({ Bucket: BUCKET, Key: key, Body: body }))
    return `s3://${BUCKET}/${key}`
  }

  let parts = 0
  /** Writes parts, compressed, and their manifest, whose url it gives. */
  async function extract(...bodies: (string | Uint8Array)[]): Promise<string> {
    const entries: { url: string; mandatory: boolean }[] = []
    for (const body of bodies) {
      const url = await put(`part-${++parts}.csv.zst`, zstdCompressSync(body))
      entries.push({ url, mandatory: true })
    }
    return put(`manifest-${parts}.json`, JSON.stringify({ entries }))
  }

  /** The COPY that Usher sends. */
  const copy = (table: string, manifest: string, rest = "null as '\\\\N' zstd") =>
    `copy ${table} from '${manifest}' iam_role '${ROLE}' manifest format csv ${rest}
     dateformat 'auto' timeformat 'auto' compupdate off statupdate off`

  /** Copies one part and gives what is said of the first error in it, or undefined. */
  /** Copies one part and gives what is said of the first error in it, or undefined. */
  async function loadError(table: string, body: string | Uint8Array, rest?: string) {
    const { SubStatements: [sub] = [] } = await batch(copy(table, await extract(body), rest))
    if (sub?.Status === 'FINISHED') return undefined
    const [detail] = await rows(
      `select error_code, line_number, column_name, error_message from sys_load_error_detail
       where query_id = ${sub?.RedshiftQueryId}`,
    )
    return detail ?? sub?.Error
  }

  async function stop(): Promise<void> {
    client.destroy()
    await redshift.close()
    s3.destroy()
    await store.stop()
    await rm(directory, { recursive: true })
  }

  return {
    file,
    s3,
    client,
    redshift,
    submit,
    ended,
    batch,
    run,
    rows,
    put,
    extract,
    copy,
    loadError,
    stop,
  }
}
