import { createHash } from 'node:crypto'
import { Readable } from 'node:stream'
import type { Bucket } from '../../lib/manifest/bucket.ts'

/** A bucket for documents that holds them in memory, where a test needs hundreds. */
export function memoryBucket(): Bucket {
  const documents = new Map<string, string>()
  return {
    name: 'memory',
    async put(key, document) {
      documents.set(key, JSON.stringify(document))
    },
    async create(key, document) {
      if (documents.has(key)) return false
      documents.set(key, JSON.stringify(document))
      return true
    },
    async get<Document>(key: string) {
      const text = documents.get(key)
      return text === undefined ? undefined : (JSON.parse(text) as Document)
    },
    async list(prefix, after = '') {
      return [...documents.keys()].filter((key) => key.startsWith(prefix) && key > after).sort()
    },
    async objects(prefix) {
      return (await this.list(prefix)).map((key) => {
        const text = documents.get(key) ?? ''
        const etag = createHash('md5').update(text).digest('hex')
        return { key, bytes: Buffer.byteLength(text), etag }
      })
    },
    async stream(key) {
      return Readable.from([documents.get(key) ?? ''])
    },
    async delete(keys) {
      for (const key of keys) documents.delete(key)
    },
    async upload() {
      throw new Error('this bucket holds no streams')
    },
  }
}
