import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import {
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { startFauxqs } from 'fauxqs'

export interface S3 {
  readonly url: string
  readonly client: S3Client
  /** Copies what must outlive the night to disk. */
  save(): Promise<void>
  stop(): Promise<void>
}

/** Files of a night under way: they need not outlive it. */
const PASSING = 'staging/'

/**
 * Amazon S3, in memory, with the buckets given. What lies outside `staging/`, receipts above all, is
 * read from `directory` and saved there, so that the next night finds it.
 */
export async function startS3(directory: string, buckets: readonly string[]): Promise<S3> {
  const server = await startFauxqs({ port: 0, host: '127.0.0.1', logger: false })
  const url = `http://127.0.0.1:${server.port}`
  const client = new S3Client({
    endpoint: url,
    forcePathStyle: true,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
  for (const bucket of buckets) {
    server.createBucket(bucket)
    await restore(client, bucket, join(directory, bucket))
  }
  return {
    url,
    client,
    save: async () => {
      for (const bucket of buckets) await save(client, bucket, join(directory, bucket))
    },
    stop: async () => {
      client.destroy()
      await server.stop()
    },
  }
}

async function restore(client: S3Client, Bucket: string, directory: string): Promise<void> {
  for (const file of await filesIn(directory)) {
    const Body = await readFile(join(directory, file))
    await client.send(new PutObjectCommand({ Bucket, Key: decodeURIComponent(file), Body }))
  }
}

async function save(client: S3Client, Bucket: string, directory: string): Promise<void> {
  const kept = new Set<string>()
  for (const Key of await keysIn(client, Bucket)) {
    if (Key.startsWith(PASSING)) continue
    const file = Key.split('/').map(encodeURIComponent).join('/')
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }))
    await mkdir(dirname(join(directory, file)), { recursive: true })
    await writeFile(join(directory, file), (await Body?.transformToByteArray()) ?? '')
    kept.add(file)
  }
  for (const file of await filesIn(directory)) if (!kept.has(file)) await rm(join(directory, file))
}

async function keysIn(client: S3Client, Bucket: string): Promise<string[]> {
  const keys: string[] = []
  let ContinuationToken: string | undefined
  do {
    const page = await client.send(new ListObjectsV2Command({ Bucket, ContinuationToken }))
    keys.push(...(page.Contents ?? []).map(({ Key }) => Key ?? ''))
    ContinuationToken = page.NextContinuationToken
  } while (ContinuationToken)
  return keys
}

async function filesIn(directory: string): Promise<string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => [])
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)))
}
