import { Failure } from '../../error.ts'
import type { Document, Json } from '../../table/json.ts'
import { LOST, lostSnapshot } from './errors.ts'
import type { Search } from './snapshot.ts'

/** An answer to a search. */
export interface Page {
  readonly timed_out: boolean
  readonly _shards: {
    readonly total: number
    readonly successful: number
    readonly failed: number
    readonly failures?: readonly {
      readonly reason?: { readonly type?: string; readonly reason?: string }
    }[]
  }
  readonly hits: {
    /** Only where it was asked for. */
    readonly total?: { readonly value: number }
    readonly hits: readonly Hit[]
  }
  readonly pit_id?: string
  readonly _scroll_id?: string
}

export interface Hit {
  readonly _id: string
  readonly _index: string
  readonly _source?: Document
  readonly sort?: readonly Json[]
}

type Where = Pick<Search, 'table' | 'index' | 'fields'>

/** The documents of all pages of a slice. Ends only when there were as many as the server counted. */
export async function* documentsOf(
  pages: AsyncIterable<Page>,
  where: Where,
): AsyncGenerator<readonly Hit[]> {
  let [count, total] = [0, -1]
  for await (const page of pages) {
    checkPage(page, where)
    const { hits } = page.hits
    if (total === -1) total = page.hits.total?.value ?? -1
    count += hits.length
    if (hits.length > 0) yield hits
    if (count === total) return
    if (hits.length === 0 || count > total) {
      const found = `${count} documents of ${where.index} arrived of ${total} that it has`
      throw new Failure('Transient', `${where.table}: ${found}`)
    }
  }
}

/** The server answers 200 even where a shard could not be asked: then a page lacks its documents. */
export function checkPage(
  { timed_out, _shards, hits }: Page,
  { table, index, fields }: Where,
): void {
  const fail = (what: string) => {
    throw new Failure('Transient', `${table}: ${what}`)
  }
  const { total, successful, failed, failures } = _shards
  if (timed_out) fail(`a search of ${index} timed out before it was done`)
  if (failures?.some(({ reason }) => reason?.type === LOST)) fail(lostSnapshot(index))
  // A shard that no node has is not counted as failed.
  if (failed > 0 || successful < total) {
    const reason = failures?.[0]?.reason?.reason ?? 'no node has them'
    const lost = Math.max(failed, total - successful)
    fail(`${lost} of ${total} shards of ${index} did not answer (${reason})`)
  }
  const bare = hits.hits.find(({ _source }) => fields !== false && !_source)
  if (bare) {
    const document = `${table}: the document ${bare._id} of ${bare._index}`
    throw new Failure('SourceRefused', `${document} has no _source: the index keeps none`)
  }
}
