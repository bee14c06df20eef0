import { Upload } from '@aws-sdk/lib-storage'
import { date, elasticsearch, http, mirror, s3, table } from '#lib'
import type { Columns } from '../../lib/table/column.ts'
import { type Definition, definition } from '../../lib/table/definition.ts'
import type { MirroredDocuments } from '../../lib/table/mirror.ts'
import type { S3 } from '../../local/services/s3.ts'
import { reply, startApi } from '../source/api.ts'
import type { FileSubject } from './documents.ts'

/** A source of documents, which has what it is told to have. */
export interface Reader {
  readonly name: string
  /** Makes these records, each a JSON object, all that it has. */
  serve(records: readonly string[]): Promise<void>
  /** A mirror of them. */
  table(name: string, columns: Columns): Definition
}

export const DATE = '2026-11-23'

/** A search server and the API of a partner, both stood in for. */
export async function startReaders() {
  let records: readonly string[] = []
  const api = await startApi(({ method = '', path }, response) => {
    const answer = path === '/api/rows' ? `{"rows":[${records}]}` : search(method, path, records)
    reply(response, answer)
  })
  const own = (name: string, documents: MirroredDocuments): Reader => ({
    name,
    serve: async (own) => {
      records = own
    },
    table: (table, columns) => mirror(documents, { name: table, columns })[definition],
  })
  const pages = { by: 'cursor', next: 'next', parameter: 'after' } as const
  const partner = http('partner', { secret: 'partner' })
  return {
    secrets: { search: { url: api.url }, partner: { url: `${api.url}/api`, token: 'x' } },
    readers: [
      own('search', elasticsearch('cluster', { secret: 'search' }).documents({ index: 'rows' })),
      own('api', partner.pages({ path: 'rows', records: 'rows', pages })),
    ],
    stop: api.stop,
  }
}

/** What Elasticsearch 8 answers, as it documents it; the second page is empty. */
function search(method: string, path: string, records: readonly string[]): string {
  const shards = '{"total":1,"successful":1,"skipped":0,"failed":0}'
  const hits = records.map(
    (one, i) => `{"_index":"rows","_id":"${i}","_source":${one},"sort":[${i}]}`,
  )
  if (path === '/') return '{"version":{"number":"8.15.3","build_flavor":"default"}}'
  if (path.includes('/_search_shards')) return '{"shards":[[{"index":"rows"}]]}'
  if (path.includes('/_mapping')) return '{}'
  if (method === 'DELETE') return '{"succeeded":true}'
  if (path.includes('/_pit')) return '{"id":"pit"}'
  return `{"timed_out":false,"_shards":${shards},"pit_id":"pit",
    "hits":{"total":{"value":${hits.length},"relation":"eq"},"hits":[${hits}]}}`
}

const BUCKET = 'files'
const path = 'rows/{yyyy}/{mm}/{dd}/'
const publish = { partition: 'date' } as const

/** Files of a bucket: JSON lines as documents, and any file record by record. */
export async function startFiles(store: S3) {
  await store.addBucket(BUCKET, [])
  process.env.AWS_ENDPOINT_URL_S3 = store.url
  const put = async (Body: string | Uint8Array) => {
    const Key = path.replace('{yyyy}/{mm}/{dd}', DATE.replaceAll('-', '/'))
    const params = { Bucket: BUCKET, Key: `${Key}all`, Body: Buffer.from(Body as string) }
    await new Upload({ client: store.client, params }).done()
  }
  const files = s3('files', { bucket: BUCKET })
  const reader: Reader = {
    name: 'files',
    serve: (records) => put(records.join('\n')),
    table: (name, columns) =>
      mirror(files.records({ path, format: { kind: 'json' } }), {
        ...{ name, publish },
        columns: { ...columns, date: date() },
      })[definition],
  }
  const tableOf = (name: string, columns: Columns, format: FileSubject['format']): Definition => {
    const from = files.records({ path, format }) as unknown as MirroredDocuments
    const row = ({ id = null, v = null }) => ({ id, v, date: DATE })
    const made = { columns: { ...columns, date: date() }, from, row, publish }
    return table(name, made as never)[definition]
  }
  return { put, reader, tableOf }
}
