import type { Readable } from 'node:stream'
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  NoSuchKey,
  PutObjectCommand,
  paginateListObjectsV2,
  S3Client,
} from '@aws-sdk/client-s3'
import { transient } from '../error.ts'
import { uploadStream } from './upload.ts'

/** An object as S3 lists it. */
export interface StoredObject {
  readonly key: string
  readonly bytes: number
  readonly etag: string
}

/** The staging bucket: small documents whole, data as streams. */
export interface Bucket {
  readonly name: string
  /** Writes a small document. */
  put(key: string, document: unknown): Promise<void>
  /** A small document, or undefined where there is none. Throws what `isBroken` where it is no JSON. */
  get<Document>(key: string): Promise<Document | undefined>
  /** Writes a small document where there is none yet; gives whether it did. */
  create(key: string, document: unknown): Promise<boolean>
  /** The keys that begin with `prefix` and come after `after`, in their order. */
  list(prefix: string, after?: string): Promise<string[]>
  /** What is there under a prefix, in the order of the keys. */
  objects(prefix: string): Promise<StoredObject[]>
  /** The bytes of an object. */
  stream(key: string): Promise<Readable>
  /** Deletes objects; those that are not there are no error. */
  delete(keys: readonly string[]): Promise<void>
  /**
   * Writes an object of any size by multipart upload, and gives its ETag; leaves nothing when it fails.
   * Each piece of the body is copied before the next is asked for.
   */
  upload(key: string, body: AsyncIterable<Uint8Array>): Promise<string>
}

/** Whether a small document is there, but no JSON: it breaks off, or somebody else wrote it. */
export const isBroken = (error: unknown): boolean => error instanceof SyntaxError

export function bucketOf(name: string, s3: S3Client = new S3Client()): Bucket {
  const get = (key: string) => s3.send(new GetObjectCommand({ Bucket: name, Key: key }))
  const write = (key: string, document: unknown, condition: { IfNoneMatch?: '*' } = {}) => {
    const Body = JSON.stringify(document, null, 2)
    const ContentType = 'application/json'
    return s3.send(
      new PutObjectCommand({ Bucket: name, Key: key, Body, ContentType, ...condition }),
    )
  }
  const objects = async (Prefix: string, StartAfter?: string) => {
    const found: StoredObject[] = []
    const asked = { Bucket: name, Prefix, StartAfter }
    for await (const { Contents = [] } of paginateListObjectsV2({ client: s3 }, asked)) {
      for (const { Key = '', Size = 0, ETag = '' } of Contents) {
        found.push({ key: Key, bytes: Size, etag: ETag })
      }
    }
    return found
  }
  return {
    name,
    async put(key, document) {
      await write(key, document)
    },
    async create(key, document) {
      try {
        await write(key, document, { IfNoneMatch: '*' })
        return true
      } catch (error) {
        const { name } = error as Error
        if (name === 'PreconditionFailed') return false
        // Another is writing it at this moment: whether it will be there is not known yet.
        if (name === 'ConditionalRequestConflict') return this.create(key, document)
        throw error
      }
    },
    async list(prefix, after) {
      return (await objects(prefix, after)).map(({ key }) => key)
    },
    objects: (prefix) => objects(prefix),
    async get<Document>(key: string) {
      try {
        const { Body } = await get(key)
        return JSON.parse((await Body?.transformToString()) ?? '') as Document
      } catch (error) {
        if (error instanceof NoSuchKey) return undefined
        throw error
      }
    },
    async stream(key) {
      return (await get(key)).Body as Readable
    },
    async delete(keys) {
      for (let at = 0; at < keys.length; at += 1000) {
        const Objects = keys.slice(at, at + 1000).map((Key) => ({ Key }))
        const command = new DeleteObjectsCommand({ Bucket: name, Delete: { Objects, Quiet: true } })
        const { Errors: [failed] = [] } = await s3.send(command)
        if (failed) {
          throw transient(`s3://${name}/${failed.Key} is not deleted: ${failed.Message}`)
        }
      }
    },
    upload: (key, body) => uploadStream(s3, { Bucket: name, Key: key }, body),
  }
}
