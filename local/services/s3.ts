import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3'
import { Upload } from '@aws-sdk/lib-storage'
import { buildApp } from 'fauxqs'
import type { SourceFile } from '../sources.ts'
import { rememberCompleted } from './completed.ts'
import { refuseOverwriting } from './conditional.ts'

export interface S3 {
  readonly url: string
  readonly client: S3Client
  /** Makes a bucket that nothing is saved of. */
  addBucket(bucket: string, files: Iterable<SourceFile> | AsyncIterable<SourceFile>): Promise<void>
  /** Whether one of the buckets that are saved has an object of that key. */
  has(key: string): boolean
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
  const app = buildApp({ logger: false })
  refuseOverwriting(app)
  rememberCompleted(app)
  const url = await app.listen({ port: 0, host: '127.0.0.1' })
  const client = new S3Client({
    endpoint: url,
    forcePathStyle: true,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  })
  const shelves: Shelf[] = []
  for (const bucket of buckets) {
    await client.send(new CreateBucketCommand({ Bucket: bucket }))
    const shelf = { client, bucket, directory: join(directory, bucket), saved: new Map() }
    await restore(shelf)
    shelves.push(shelf)
  }
  let saving = Promise.resolve()
  return {
    url,
    client,
    async addBucket(bucket, files) {
      await client.send(new CreateBucketCommand({ Bucket: bucket }))
      for await (const { key, body } of files) {
        // In parts where it is large: no more than 11 MB are taken at once.
        await new Upload({ client, params: { Bucket: bucket, Key: key, Body: body } }).done()
      }
    },
    has: (key) => shelves.some(({ saved }) => saved.has(key)),
    save() {
      // One after another: a list that is older than a file must not make it go.
      saving = saving.then(async () => {
        for (const shelf of shelves) await save(shelf)
      })
      return saving
    },
    async stop() {
      await saving
      client.destroy()
      await app.close()
    },
  }
}

/** Where a bucket lies on disk. */
interface Shelf {
  readonly client: S3Client
  readonly bucket: string
  readonly directory: string
  /** The keys that are on disk, with the ETag of what is there. */
  readonly saved: Map<string, string | undefined>
}

const fileOf = ({ directory }: Shelf, key: string): string =>
  join(directory, ...key.split('/').map(encodeURIComponent))

async function restore(shelf: Shelf): Promise<void> {
  const { client, bucket: Bucket, directory, saved } = shelf
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => [])
  for (const entry of entries) {
    if (!entry.isFile()) continue
    const file = join(entry.parentPath, entry.name)
    const Key = relative(directory, file).split('/').map(decodeURIComponent).join('/')
    const { ETag } = await client.send(
      new PutObjectCommand({ Bucket, Key, Body: await readFile(file) }),
    )
    saved.set(Key, ETag)
  }
}

async function save(shelf: Shelf): Promise<void> {
  const { client, bucket: Bucket, saved } = shelf
  const there = await list(shelf)
  for (const [Key, ETag] of there) {
    if (saved.get(Key) === ETag) continue
    const { Body } = await client.send(new GetObjectCommand({ Bucket, Key }))
    await mkdir(dirname(fileOf(shelf, Key)), { recursive: true })
    await writeFile(fileOf(shelf, Key), (await Body?.transformToByteArray()) ?? '')
    saved.set(Key, ETag)
  }
  for (const key of saved.keys()) {
    if (there.has(key)) continue
    await rm(fileOf(shelf, key), { force: true })
    saved.delete(key)
  }
}

async function list({ client, bucket: Bucket }: Shelf): Promise<Map<string, string | undefined>> {
  const found = new Map<string, string | undefined>()
  let ContinuationToken: string | undefined
  do {
    const page = await client.send(new ListObjectsV2Command({ Bucket, ContinuationToken }))
    for (const { Key = '', ETag } of page.Contents ?? []) {
      if (!Key.startsWith(PASSING)) found.set(Key, ETag)
    }
    ContinuationToken = page.NextContinuationToken
  } while (ContinuationToken)
  return found
}
