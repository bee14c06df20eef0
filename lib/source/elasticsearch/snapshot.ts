import { stringifyJson } from '../../table/json.ts'
import { type Client, escapePath } from './client.ts'
import { checkPage, type Page } from './page.ts'
import type { PointInTime, Server } from './server.ts'

/** What is asked for. */
export interface Search {
  /** The table that is made, for error messages. */
  readonly table: string
  readonly index: string
  readonly query?: object
  /** The fields that are wanted; all unless said, none where false. */
  readonly fields?: readonly string[] | false
}

/** The documents that an index holds at one moment, whatever becomes of them. */
export interface Snapshot {
  /** The pages of each slice: without end, but the pages after the last are empty. */
  readonly slices: readonly AsyncGenerator<Page>[]
  /** Lets the server forget it. */
  close(): Promise<void>
}

/** How long the server keeps a snapshot that nobody asks for. */
const KEEP = '5m'

/** Slices are read at the same time; more would be a burden to the cluster. */
const SLICES = 4

/** A page has so many documents at most, and about so many characters. */
const PAGE = { documents: 5000, characters: 250_000 }

interface Plan {
  readonly slices: readonly object[]
  /** The body of a search, but for what makes it part of the snapshot. */
  readonly body: object
}

/** Fixes what is read: by a point in time if the server has them, else by scrolling. */
export async function openSnapshot(
  client: Client,
  server: Server,
  search: Search,
): Promise<Snapshot> {
  const plan = await makePlan(client, search)
  if (server.hasPointInTime) return openPointInTime(client, server, search, plan)
  return openScroll(client, search, plan)
}

async function makePlan(client: Client, { table, index, query, fields }: Search): Promise<Plan> {
  const asked = { query, _source: fields }
  const sample = await client.call<Page>({
    path: `/${escapePath(index)}/_search`,
    query: { allow_no_indices: 'false' },
    body: { ...asked, size: 10 },
  })
  checkPage(sample, { table, index, fields })
  const { hits } = sample.hits
  const length = stringifyJson(hits).length / Math.max(hits.length, 1)
  const size = Math.min(PAGE.documents, Math.ceil(PAGE.characters / length))
  const max = Math.min(SLICES, await shardsOf(client, index))
  const slices = Array.from({ length: max }, (_, id) => (max > 1 ? { slice: { id, max } } : {}))
  return { slices, body: { ...asked, size } }
}

interface Shards {
  readonly shards?: readonly (readonly { readonly index?: string }[])[]
}

/**
 * The shards of the index that has the fewest. A slice should have whole shards: for less, the
 * server walks through the ids of all documents.
 */
async function shardsOf({ call }: Client, index: string): Promise<number> {
  const path = `/${escapePath(index)}/_search_shards`
  // Not everybody who may read an index may ask this.
  const { shards = [] } = await call<Shards>({ method: 'GET', path }).catch((): Shards => ({}))
  const names = shards.map(([shard]) => shard?.index ?? '')
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return Math.max(1, Math.min(...counts.values(), SLICES))
}

async function openPointInTime(
  client: Client,
  { dialect }: Server,
  { index }: Search,
  { slices, body }: Plan,
): Promise<Snapshot> {
  const opened = await client.call<PointInTime>({
    path: dialect.openPath(escapePath(index)),
    query: { keep_alive: KEEP, allow_no_indices: 'false', ...dialect.openQuery },
  })
  const first = dialect.idIn(opened) ?? ''
  const ids = new Set([first])
  async function* pagesOf(slice: object): AsyncGenerator<Page> {
    let [id, after]: [string, Page['hits']['hits'][number]['sort']] = [first, undefined]
    for (;;) {
      const page: Page = await client.call<Page>({
        path: '/_search',
        body: {
          ...body,
          ...slice,
          pit: { id, keep_alive: KEEP },
          sort: [{ _shard_doc: 'asc' }],
          search_after: after,
          // Counting again for every page would cost as much as the first.
          track_total_hits: after === undefined,
        },
      })
      id = page.pit_id ?? id
      ids.add(id)
      yield page
      after = page.hits.hits.at(-1)?.sort
    }
  }
  return {
    slices: slices.map(pagesOf),
    close: async () => {
      for (const id of ids) await client.forget(dialect.closePath, dialect.closeBody(id))
    },
  }
}

function openScroll(client: Client, { index }: Search, { slices, body }: Plan): Snapshot {
  const ids = new Set<string>()
  async function* pagesOf(slice: object): AsyncGenerator<Page> {
    let page = await client.call<Page>({
      path: `/${escapePath(index)}/_search`,
      query: { scroll: KEEP, allow_no_indices: 'false' },
      body: { ...body, ...slice, sort: ['_doc'], track_total_hits: true },
    })
    for (;;) {
      const scroll_id = page._scroll_id ?? ''
      ids.add(scroll_id)
      yield page
      // Asked again, the server would give the page after this one.
      const next = { path: '/_search/scroll', body: { scroll: KEEP, scroll_id }, once: true }
      page = await client.call<Page>(next)
    }
  }
  return {
    slices: slices.map(pagesOf),
    close: async () => {
      if (ids.size > 0) await client.forget('/_search/scroll', { scroll_id: [...ids] })
    },
  }
}
