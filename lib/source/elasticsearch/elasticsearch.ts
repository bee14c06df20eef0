import type { NamedColumn } from '../../table/definition.ts'
import { pathOf } from '../../table/document.ts'
import type { Document } from '../../table/json.ts'
import type { MirroredDocuments } from '../../table/mirror.ts'
import type { Origin, Reading, Source } from '../../table/origin.ts'
import { checkConnections } from '../connections.ts'
import { inParallel } from '../parallel.ts'
import { connect } from './client.ts'
import { explain, isMissingIndex } from './errors.ts'
import { type Without, warnOfFields } from './fields.ts'
import { documentsOf, type Hit } from './page.ts'
import { identify } from './server.ts'
import { openSnapshot, type Search, type Snapshot } from './snapshot.ts'

export interface ElasticsearchOptions {
  /**
   * The Secrets Manager secret: `{ url, tls? }`, and how to log in, if at all: `username` and
   * `password`, `apiKey`, or `aws: { region }` for the role of the function.
   */
  readonly secret: string
  /** The most tables that are read of it at once: any number unless said. */
  readonly connections?: number
}

/** A search in the query DSL: `{ term: { device: 'mobile' } }`. */
export type Query = Readonly<Record<string, unknown>>

export interface DocumentOptions {
  /** An index, an alias or a pattern: `searches-*`; or which one holds a day. */
  readonly index: string | ((date: string) => string)
  /** Which of its documents; all of them unless said. */
  readonly query?: Query | ((date: string) => Query)
  /** What a missing index means: a mistake, unless it is said to be a day without documents. */
  readonly missing?: 'mistake' | 'empty'
  /** The fields that a mirror of them leaves out on purpose: of any other that is new, it warns. */
  readonly without?: Without
}

/** An Elasticsearch or OpenSearch cluster. */
export interface Elasticsearch extends Source {
  /**
   * Documents of it, for `mirror` or `table`: the fields of `_source`, with `_id` and `_index`
   * beside them. That they have the fields that the caller names is not checked.
   */
  documents<Fields = Document>(options: DocumentOptions): Documents<Fields>
}

/** Documents, which are mirrored where nothing is said of their fields. */
export interface Documents<Fields> extends Origin<Fields & Place> {
  readonly documents: true
  only(columns: readonly NamedColumn[]): Origin<Document>
}

interface Place {
  readonly _id: string
  readonly _index: string
}

/** Declares an Elasticsearch (7 or later) or OpenSearch cluster, Amazon's included. */
export function elasticsearch(
  name: string,
  { secret, connections }: ElasticsearchOptions,
): Elasticsearch {
  checkConnections(name, connections)
  const source: Source = {
    name,
    kind: 'elasticsearch',
    // What signs requests is in every bundle: the clients of AWS sign theirs by the same.
    packages: ['@aws-sdk/client-secrets-manager'],
    secret,
    connections,
  }
  return {
    ...source,
    documents: <Fields>(options: DocumentOptions) =>
      ({
        ...originOf(source, options),
        documents: true,
        only: (columns) => originOf(source, options, fieldsOf(columns)),
      }) satisfies MirroredDocuments as unknown as Documents<Fields>,
  }
}

const originOf = (
  source: Source,
  options: DocumentOptions,
  fields?: readonly string[],
): Origin<Document> => ({
  source,
  where: ({ _id, _index }) => `the document ${_id} of ${_index}`,
  read: (reading) => read(source, options, reading, fields),
})

/** The fields of `_source` that columns are found in. */
function fieldsOf(columns: readonly NamedColumn[]): string[] {
  const fields = new Set(columns.map((column) => pathOf(column).join('.')))
  for (const beside of ['_id', '_index']) fields.delete(beside)
  return [...fields]
}

/** The largest batch, in documents. */
const BATCH = 1000

async function* read(
  source: Source,
  { index, query, missing, without = [] }: DocumentOptions,
  reading: Reading,
  fields?: readonly string[],
): AsyncGenerator<Document[]> {
  const { date, table, signal } = reading
  const search: Search = {
    table,
    index: typeof index === 'function' ? index(date) : index,
    query: typeof query === 'function' ? query(date) : query,
    // With no fields to include, all would be.
    fields: fields?.length === 0 ? false : fields,
  }
  const stopping = new AbortController()
  const client = await connect(source, AbortSignal.any([signal, stopping.signal]))
  let snapshot: Snapshot | undefined
  try {
    const server = await identify(client)
    if (fields) await warnOfFields(client, { index: search.index, fields, without }, reading)
    snapshot = await openSnapshot(client, server, search)
    const slices = snapshot.slices.map((pages) => documentsOf(pages, search))
    for await (const hits of inParallel(slices, () => stopping.abort())) {
      for (let at = 0; at < hits.length; at += BATCH) {
        yield hits.slice(at, at + BATCH).map(toDocument)
      }
    }
  } catch (error) {
    signal.throwIfAborted()
    if (missing === 'empty' && isMissingIndex(error, search.index)) {
      return reading.note(`there is no index ${search.index}`)
    }
    throw explain(error, { source: source.name, login: client.login, search })
  } finally {
    stopping.abort()
    await snapshot?.close()
    client.close()
  }
}

const toDocument = ({ _id, _index, _source }: Hit): Document => ({ ..._source, _id, _index })
