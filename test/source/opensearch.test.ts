import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { bigint, elasticsearch, integer, mirror, super_, table, varchar } from '#lib'
import type { DocumentOptions } from '../../lib/source/elasticsearch/elasticsearch.ts'
import { definition, type Tabled } from '../../lib/table/definition.ts'
import { runnable } from '../../local/opensearch/release.ts'
import type { Server } from '../../local/opensearch/server.ts'
import { type Secrets, startSecrets } from '../../local/services/secrets.ts'
import { type Front, startFront } from './front.ts'
import { ask, fill, serveOpenSearch } from './subjects/elasticsearch.ts'

const found = runnable()
if (found.length === 0)
  console.warn('No Java or no Maven is installed: the tests of a real OpenSearch are skipped')

type Row = Readonly<Record<string, unknown>>

/** Reads a table as an extract would, to the rows it makes. */
async function read(tabled: Tabled, onBatch = async () => {}) {
  const { id, columns, made } = tabled[definition]
  if (made.by !== 'extract') throw new Error(`${id} is not extracted`)
  const notes: string[] = []
  const warnings: string[] = []
  const reading = {
    ...{ table: id, columns, date: '2026-11-23' },
    signal: new AbortController().signal,
    note: (what: string) => notes.push(what),
    warn: (sentence: string) => warnings.push(sentence),
  }
  const rows: Row[] = []
  for await (const batch of made.from.read(reading)) {
    expect(batch.length).toBeLessThanOrEqual(1000)
    for (const record of batch) rows.push(made.row?.(record) as Row)
    await onBatch()
  }
  return { rows, notes, warnings }
}

const byId = (rows: readonly Row[]) => rows.toSorted((a, b) => Number(a.id) - Number(b.id))

const releases = found.map((one) => [one.release.version, one] as const)

describe.each(releases)('documents of OpenSearch %s', (version, runnable) => {
  const secret = `documents/${version}`
  const cluster = elasticsearch('cluster', { secret })
  let server: Server
  let proxy: Front
  let secrets: Secrets

  beforeAll(async () => {
    server = await serveOpenSearch(runnable)
    proxy = await startFront(server.url)
    secrets = await startSecrets({ [secret]: { url: proxy.url } })
    Object.assign(process.env, {
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
      ...{ AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'test' },
    })
    await fill(server.url, 'numbers', 2, numbers(9000))
  }, 120_000)
  afterEach(() => {
    proxy.answer = (_heard, ask) => ask()
  })
  afterAll(async () => {
    await proxy?.stop()
    secrets?.stop()
    await server?.stop()
  })

  function* numbers(count: number): Generator<[string, string]> {
    const filler = 'x'.repeat(1000)
    for (let id = 0; id < count; id++) yield [`${id}`, `{"id":${id},"text":"${filler}"}`]
  }
  const numbersOf = (options: Partial<DocumentOptions> = {}) =>
    mirror(cluster.documents({ index: 'numbers', ...options }), {
      name: 'numbers',
      columns: { id: integer().primaryKey(), text: varchar(1000) },
    })
  /** How many snapshots the server keeps, once it is done with what it was asked. */
  const snapshots = async () => {
    for (let tries = 0; ; tries++) {
      const stats = await ask(server.url, 'GET', '/_nodes/stats/indices/search')
      const [node] = Object.values(stats.nodes ?? {}) as {
        indices: { search: { open_contexts: number } }
      }[]
      const open = node?.indices.search.open_contexts
      if (open === 0 || tries === 20) return open
      await sleep(50)
    }
  }

  it('are those of one moment, whatever is written and deleted meanwhile', async () => {
    const count = 100_000
    const big = (id: number) => 9_007_199_254_740_993n + BigInt(id)
    await fill(
      server.url,
      'moving',
      3,
      (function* () {
        for (let id = 0; id < count; id++) {
          const fields = `"id":${id},"user":{"id":${big(id)}},"a.b":{"c.d":"é${id}"},"found":[${id}]`
          yield [`no-${id}`, `{${fields},"unwanted":"${'x'.repeat(20)}"}`] as const
        }
      })(),
    )
    const moving = mirror(cluster.documents({ index: 'moving' }), {
      name: 'moving',
      columns: {
        id: integer().primaryKey(),
        key: varchar(20).from('_id'),
        place: varchar(20).from('_index'),
        user_id: bigint().from('user.id'),
        dotted: varchar(20).from('a.b.c.d'),
        found: super_(),
        nothing: varchar(20).from('user.name').nullable(),
      },
    })
    let batches = 0
    const { rows } = await read(moving, async () => {
      if (batches++ > 0) return
      const lines: string[] = []
      for (let id = 0; id < count; id += 5) {
        lines.push(`{"delete":{"_id":"no-${id}"}}\n`)
        lines.push(`{"index":{"_id":"no-${id + 1}"}}\n{"id":-1}\n`)
        lines.push(`{"index":{"_id":"new-${id}"}}\n{"id":-2}\n`)
      }
      await ask(server.url, 'POST', '/moving/_bulk?refresh=true', lines.join(''))
    })
    expect(batches).toBeGreaterThan(50)
    expect(byId(rows)).toEqual(
      Array.from({ length: count }, (_, id) => ({
        ...{ id, key: `no-${id}`, place: 'moving' },
        ...{ user_id: big(id), dotted: `é${id}`, found: [id], nothing: null },
      })),
    )
    expect(await ask(server.url, 'GET', '/moving/_count')).toMatchObject({ count: 100_000 })
    await ask(server.url, 'DELETE', '/moving')
  }, 120_000)

  it('are mirrored with a warning of fields that are in no column', async () => {
    const user = { properties: { id: { type: 'long' }, name: { type: 'keyword' } } }
    const alias = { type: 'alias', path: 'user.id' }
    const properties = { id: { type: 'integer' }, user, alias }
    await ask(server.url, 'PUT', '/shaped', { mappings: { properties } })
    await ask(server.url, 'PUT', '/shaped/_doc/1?refresh=true', { id: 1, note: 'new' })
    const shaped = mirror(cluster.documents({ index: 'shape*' }), {
      name: 'shaped',
      columns: { id: integer().primaryKey(), user_id: bigint().from('user.id').nullable() },
    })
    const { rows, warnings } = await read(shaped)
    expect(rows).toEqual([{ id: 1, user_id: null }])
    expect(warnings).toEqual([
      'cluster.shape* has 2 fields more than shaped. Add `note: varchar(65535).nullable(),` ' +
        "`user_name: varchar(65535).from('user.name').nullable(),`; or leave out what is not " +
        "wanted, by `without: ['note', 'user.name']` of its documents.",
    ])
    await ask(server.url, 'DELETE', '/shaped')
  })

  it('come without the fields that a mirror does not want, and whole for a table', async () => {
    await fill(server.url, 'fields', 1, [['1', '{"id":1,"a":{"b":2,"c":3},"d":4}']])
    const sources = new Set<string>()
    proxy.answer = async (_heard, ask) => {
      const answer = await ask()
      for (const [, source = ''] of answer.body.matchAll(/"_source":(.*?),?("sort.*)?}\]/g)) {
        sources.add(source)
      }
      return answer
    }
    const mirrored = mirror(cluster.documents({ index: 'fields' }), {
      name: 'fields',
      columns: { id: varchar(9).from('_id').primaryKey(), b: integer().from('a.b') },
    })
    expect((await read(mirrored)).rows).toEqual([{ id: '1', b: 2 }])
    expect([...sources]).toEqual(['{"a":{"b":2}}'])
    const made = table('fields', {
      columns: { id: varchar(9).primaryKey(), b: integer() },
      from: cluster.documents<{ a: { c: number }; d: number }>({ index: 'fields' }),
      row: ({ _id, a, d }) => ({ id: _id, b: a.c + d }),
    })
    expect((await read(made)).rows).toEqual([{ id: '1', b: 7 }])
  })

  it('are found where a document says nothing but its name', async () => {
    const names = mirror(
      cluster.documents({ index: 'numbers', query: { ids: { values: ['7'] } } }),
      {
        name: 'names',
        columns: { id: varchar(9).from('_id').primaryKey() },
      },
    )
    expect((await read(names)).rows).toEqual([{ id: '7' }])
  })

  it('are those of the day, and of the query', async () => {
    const days = Array.from(
      { length: 3 },
      (_, at) => [`${at}`, `{"id":${at},"day":${at}}`] as const,
    )
    await ask(server.url, 'PUT', '/day-2026.11.23', {
      settings: { number_of_replicas: 0 },
      mappings: { properties: { day: { type: 'integer' } } },
    })
    for (const [id, json] of days) {
      await ask(server.url, 'PUT', `/day-2026.11.23/_doc/${id}?refresh=true`, JSON.parse(json))
    }
    const day = mirror(
      cluster.documents({
        index: (date) => `day-${date.replaceAll('-', '.')}`,
        query: (date) => ({ range: { day: { gte: Number(date.slice(-2)) - 22 } } }),
      }),
      { name: 'day', columns: { id: integer().primaryKey() } },
    )
    expect(byId((await read(day)).rows)).toEqual([{ id: 1 }, { id: 2 }])
  })

  it('of no index are a mistake, unless a day without one is said to be empty', async () => {
    for (const index of ['nothing', 'nothing-*']) {
      await expect(read(numbersOf({ index }))).rejects.toMatchObject({
        name: 'SourceRefused',
        message: `numbers: there is no index ${index} in cluster; if a day without one is a day without documents, say missing: 'empty' of its documents`,
      })
      expect(await read(numbersOf({ index, missing: 'empty' }))).toEqual({
        rows: [],
        notes: [`there is no index ${index}`],
        warnings: [],
      })
    }
    // Half of what was asked for is never taken for all of it, and neither is what is closed.
    await fill(server.url, 'shut', 1, [])
    await ask(server.url, 'POST', '/shut/_close')
    for (const index of ['numbers,nothing', 'shut', 'shut*']) {
      await expect(read(numbersOf({ index, missing: 'empty' }))).rejects.toMatchObject({
        name: 'SourceRefused',
      })
    }
  })

  it('are none where an index is empty', async () => {
    await fill(server.url, 'empty', 3, [])
    expect(await read(numbersOf({ index: 'empty' }))).toEqual({ rows: [], notes: [], warnings: [] })
  })

  it('are read from several indices at once', async () => {
    await fill(server.url, 'numbers-too', 1, [['x', '{"id":9000,"text":""}']])
    const { rows } = await read(numbersOf({ index: 'numbers*' }))
    expect(byId(rows).map(({ id }) => id)).toEqual(Array.from({ length: 9001 }, (_, id) => id))
  })

  it('are never taken for all where a shard is on no node', async () => {
    // Two shards, of which the only node may have one.
    await ask(server.url, 'PUT', '/half?wait_for_active_shards=0', {
      settings: {
        ...{ number_of_shards: 2, number_of_replicas: 0 },
        'index.routing.allocation.total_shards_per_node': 1,
      },
    })
    const search = () => ask(server.url, 'GET', '/half/_search')
    while (
      await search().then(
        () => false,
        () => true,
      )
    )
      await sleep(50)
    expect((await search())._shards).toMatchObject({ total: 2, successful: 1, failed: 0 })
    await expect(read(numbersOf({ index: 'half' }))).rejects.toMatchObject({
      name: 'Transient',
      message: 'numbers: 1 of 2 shards of half did not answer (no node has them)',
    })
    expect(await snapshots()).toBe(0)
    await ask(server.url, 'DELETE', '/half')
  })

  /** Changes the second page of a slice. */
  const change = (how: (page: Row & { hits: { hits: unknown[] } }) => object) => {
    let pages = 0
    proxy.answer = async (heard, ask) => {
      const answer = await ask()
      const isPage = /"search_after":|"scroll_id":/.test(heard.body) && heard.method === 'POST'
      if (!isPage || pages++ > 0) return answer
      return { ...answer, body: JSON.stringify(how(JSON.parse(answer.body))) }
    }
  }

  it.each([
    [
      'a shard fails',
      (page: Row) => ({
        ...page,
        _shards: {
          ...{ total: 2, successful: 1, failed: 1 },
          failures: [{ reason: { type: 'x', reason: 'the disk is gone' } }],
        },
      }),
      'numbers: 1 of 2 shards of numbers did not answer (the disk is gone)',
    ],
    [
      'a shard has forgotten its part of the snapshot',
      (page: Row) => ({
        ...page,
        _shards: {
          ...{ total: 2, successful: 1, failed: 1 },
          failures: [
            { reason: { type: 'search_context_missing_exception', reason: 'No context' } },
          ],
        },
      }),
      'numbers: the server lost its snapshot of numbers, or it expired, before all was read',
    ],
    [
      'time runs out',
      (page: Row) => ({ ...page, timed_out: true }),
      'numbers: a search of numbers timed out before it was done',
    ],
    [
      'a page lacks some',
      (page: { hits: { hits: unknown[] } }) => ({
        ...page,
        hits: { ...page.hits, hits: page.hits.hits.slice(3) },
      }),
      /^numbers: \d+ documents of numbers arrived of \d+ that it has$/,
    ],
    [
      'a page is empty',
      (page: { hits: { hits: unknown[] } }) => ({ ...page, hits: { ...page.hits, hits: [] } }),
      /^numbers: \d+ documents of numbers arrived of \d+ that it has$/,
    ],
  ])('are never taken for all where %s', async (_what, how, message) => {
    change(how as Parameters<typeof change>[0])
    const failure = { name: 'Transient', message: expect.stringMatching(message) }
    if (typeof message === 'string') Object.assign(failure, { message })
    await expect(read(numbersOf())).rejects.toMatchObject(failure)
    expect(await snapshots()).toBe(0)
  })

  it('are never taken for all where the server has forgotten its snapshot', async () => {
    let batches = 0
    const forget = async () => {
      if (batches++ > 0) return
      await ask(server.url, 'DELETE', '/_search/point_in_time/_all').catch(() => {})
      await ask(server.url, 'DELETE', '/_search/scroll/_all').catch(() => {})
    }
    await expect(read(numbersOf(), forget)).rejects.toMatchObject({
      name: 'Transient',
      message:
        'numbers: the server lost its snapshot of numbers, or it expired, before all was read',
    })
  })

  it('leave no snapshot on the server, however the reading ends', async () => {
    expect((await read(numbersOf())).rows.length).toBe(9000)
    expect(await snapshots()).toBe(0)
    const leaving = read(numbersOf(), async () => {
      expect(await snapshots()).toBeGreaterThan(0)
      throw new Error('enough')
    })
    await expect(leaving).rejects.toThrow('enough')
    expect(await snapshots()).toBe(0)
    expect(proxy.connections()).toBe(0)
  })

  it('are asked for again where the server is busy, but no page of a scroll is', async () => {
    const asked = new Map<string, number>()
    proxy.answer = ({ method, path, body }, ask) => {
      if (method === 'DELETE' || path === '/') return ask()
      // Each refusal is waited for: a few show as much as one for every page.
      if (asked.size === 8 && !asked.has(path + body)) return ask()
      const times = (asked.get(path + body) ?? 0) + 1
      asked.set(path + body, times)
      return times === 1 ? { status: 429, body: '{"error":"too many requests"}' } : ask()
    }
    const reading = read(numbersOf())
    if (version.startsWith('2.')) {
      await expect(reading).rejects.toMatchObject({
        name: 'Transient',
        message: 'cluster: the server has too much to do (429 too many requests)',
      })
      expect([...asked].filter(([what]) => what.startsWith('/_search/scroll'))).not.toContainEqual([
        expect.anything(),
        2,
      ])
    } else {
      expect((await reading).rows.length).toBe(9000)
    }
  })

  it('that a search cannot find are refused, saying why', async () => {
    await expect(read(numbersOf({ query: { termm: {} } }))).rejects.toMatchObject({
      name: 'SourceRefused',
      message: expect.stringMatching(
        /^numbers: the server refuses the search of numbers \(400 parsing_exception unknown query \[termm\]/,
      ),
    })
  })

  it('must have kept their _source', async () => {
    await ask(server.url, 'PUT', '/bare', { mappings: { _source: { enabled: false } } })
    await ask(server.url, 'PUT', '/bare/_doc/1?refresh=true', { id: 1 })
    await expect(read(numbersOf({ index: 'bare' }))).rejects.toMatchObject({
      name: 'SourceRefused',
      message: expect.stringContaining('_source is disabled in the mappings for index [bare]'),
    })
    const made = table('bare', {
      columns: { id: varchar(9).primaryKey() },
      from: cluster.documents({ index: 'bare' }),
      row: ({ _id }) => ({ id: _id }),
    })
    await expect(read(made)).rejects.toMatchObject({
      name: 'SourceRefused',
      message: 'bare: the document 1 of bare has no _source: the index keeps none',
    })
  })
})
