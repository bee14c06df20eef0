import { setTimeout as sleep } from 'node:timers/promises'
import { inspect } from 'node:util'
import { gzipSync } from 'node:zlib'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { bigint, date, http, integer, mirror, table, varchar } from '#lib'
import type { PagesOptions } from '../../lib/source/http/pages.ts'
import { definition } from '../../lib/table/definition.ts'
import type { Document } from '../../lib/table/json.ts'
import { type Secrets, startSecrets } from '../../local/services/secrets.ts'
import { type Answerer, type Api, reply, startApi } from './api.ts'
import { testSource } from './contract.ts'
import { httpSubject } from './subjects/http.ts'

testSource(httpSubject)

const held: Record<string, object> = {}
let secrets: Secrets
const apis: Api[] = []

beforeAll(async () => {
  secrets = await startSecrets(held)
})
afterAll(() => secrets.stop())
afterEach(async () => {
  for (const api of apis.splice(0)) await api.stop()
})

async function start(answer: Answerer): Promise<Api> {
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  })
  const api = await startApi(answer)
  apis.push(api)
  return api
}

interface Asking extends Partial<PagesOptions> {
  /** What the secret says besides the URL. */
  readonly login?: object
  readonly timeoutSeconds?: number
  readonly retrySeconds?: number
  readonly signal?: AbortSignal
  readonly date?: string
  readonly onBatch?: (records: readonly Document[]) => unknown
}

/** Pages of an API, as a table would have them. */
function pagesOf({ url }: Pick<Api, 'url'>, asking: Asking) {
  const { login = { token: 'a token' }, timeoutSeconds = 5, retrySeconds = 20, ...more } = asking
  const secret = `partner ${Object.keys(held).length}`
  held[secret] = { url: `${url}/v1`, ...login }
  const source = http('partner', { secret, timeoutSeconds, retrySeconds })
  return source.pages({ path: 'sales', pages: { by: 'link' }, ...more })
}

const readingOf = ({ signal = new AbortController().signal, date = '2026-11-23' }: Asking) => ({
  ...{ table: 'sales', columns: [], date, signal, note: () => {}, warn: () => {} },
})

/** Reads it all. */
async function read(api: Pick<Api, 'url'>, asking: Asking = {}): Promise<Document[]> {
  const records: Document[] = []
  for await (const batch of pagesOf(api, asking).read(readingOf(asking))) {
    records.push(...batch)
    await asking.onBatch?.(batch)
  }
  return records
}

const idsOf = (records: readonly Document[]) => records.map(({ id }) => Number(id))
const upTo = (count: number) => Array.from({ length: count }, (_, id) => id)
const paths = ({ asked, url }: Api) => asked.map((line) => line.replace(url, ''))

/** Answers each request by the next of the answers, and the last one again and again. */
const inTurn = (...answers: readonly Answerer[]): Answerer => {
  let at = 0
  return (request, response) => answers[Math.min(at++, answers.length - 1)]?.(request, response)
}
const one: Answerer = (_request, response) => reply(response, [{ id: 1 }])
const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Answerer =>
  (_request, response) =>
    reply(response, { error: 'so it is' }, code, headers)
const body =
  (text: string | Buffer, type = 'application/json'): Answerer =>
  (_request, response) => {
    response.writeHead(200, { 'content-type': type })
    response.end(text)
  }

describe('the pages of an http source', () => {
  it.each<[string, unknown]>([
    ['null', null],
    ['nothing', undefined],
    ['an empty text', ''],
    ['false', false],
  ])('follow cursors to the page where there is %s in its place', async (_what, end) => {
    const pages: Readonly<Record<string, object>> = {
      first: { items: [{ id: 0 }, { id: 1 }], meta: { next: 'a&b=c d' } },
      'a&b=c d': { items: [], meta: { next: 9007199254740993n } },
      '9007199254740993': { items: [{ id: 2 }], meta: { next: end } },
    }
    const api = await start(({ query }, response) => {
      const text = JSON.stringify(pages[query.get('cursor') ?? 'first'], (_key, value) =>
        typeof value === 'bigint' ? 'BIG' : value,
      )
      reply(response, text.replace('"BIG"', '9007199254740993'))
    })
    const cursor = { by: 'cursor', next: 'meta.next', parameter: 'cursor' } as const
    const query = { limit: 2 }
    const records = await read(api, { pages: cursor, records: 'items', query })
    expect(idsOf(records)).toEqual([0, 1, 2])
    expect(paths(api)).toEqual([
      'GET /v1/sales?limit=2',
      'GET /v1/sales?limit=2&cursor=a%26b%3Dc+d',
      'GET /v1/sales?limit=2&cursor=9007199254740993',
    ])
  })

  it('go on by number after a short page, to the empty one', async () => {
    const pages = [[0, 1], [2], [3, 4], []]
    const api = await start(({ query }, response) =>
      reply(
        response,
        pages[Number(query.get('page')) - 1]?.map((id) => ({ id })),
      ),
    )
    const records = await read(api, { pages: { by: 'number', parameter: 'page' } })
    expect(idsOf(records)).toEqual([0, 1, 2, 3, 4])
    expect(api.asked).toHaveLength(4)
  })

  it('end by number where the total is complete, as the next page might be an error', async () => {
    const api = await start(({ query }, response) => {
      const page = Number(query.get('p'))
      if (page > 2) return reply(response, { error: 'no such page' }, 404)
      reply(response, { count: '4', items: [{ id: 2 * page - 2 }, { id: 2 * page - 1 }] })
    })
    const pages = { by: 'number', parameter: 'p' } as const
    const records = await read(api, { pages, records: 'items', total: 'count' })
    expect(idsOf(records)).toEqual([0, 1, 2, 3])
    const fromZero = read(api, { pages: { ...pages, first: 0 }, records: 'items', total: 'count' })
    expect((await fromZero).length).toBe(4)
    expect(paths(api).slice(-2)).toEqual(['GET /v1/sales?p=0', 'GET /v1/sales?p=1'])
  })

  it('follow the links of headers', async () => {
    const api = await start(({ query }, response) => {
      const page = Number(query.get('page') ?? 0)
      const links = [
        `<?page=0>; rel="first"`,
        ...(page < 2 ? [`<?page=${page + 1}>; rel=next`] : []),
      ]
      reply(response, [{ id: page }], 200, { link: links.join(', ') })
    })
    expect(idsOf(await read(api))).toEqual([0, 1, 2])
  })

  it('are asked for by the day that is read', async () => {
    const api = await start(one)
    const asking: Asking = { query: (day) => ({ from: day, to: day, limit: 7 }), days: 3 }
    await read(api, { ...asking, date: '2026-02-28' })
    expect(paths(api)).toEqual(['GET /v1/sales?from=2026-02-28&to=2026-02-28&limit=7'])
    expect(pagesOf(api, asking).days).toEqual({ count: 3 })
    expect(pagesOf(api, {}).days).toBeUndefined()
    expect(() => pagesOf(api, { days: 0 })).toThrow('partner.pages: days is 0, not 1 or more')
  })

  it('keep every digit, and come gzipped as well', async () => {
    const text = '[{"id":9007199254740993,"amount":"0.10","name":"Übergang 立見"}]'
    const api = await start((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' })
      response.end(gzipSync(text))
    })
    expect(await read(api)).toEqual([
      { id: 9007199254740993n, amount: '0.10', name: 'Übergang 立見' },
    ])
  })

  it('are handed on in batches of 1,000 at most', async () => {
    const api = await start(body(JSON.stringify(upTo(2500).map((id) => ({ id })))))
    const sizes: number[] = []
    const records = await read(api, { onBatch: (batch) => sizes.push(batch.length) })
    expect(sizes).toEqual([1000, 1000, 500])
    expect(idsOf(records)).toEqual(upTo(2500))
  })

  it('are mirrored by path, or made into rows', async () => {
    const api = { url: 'http://nowhere' }
    const days = { days: 3, pages: { by: 'cursor', next: 'n', parameter: 'c' } } as const
    const columns = { id: bigint().from('event.id'), day: date() }
    const publish = { partition: 'day' } as const
    const mirrored = mirror(pagesOf(api, days), { name: 'sales', columns, publish })[definition]
    const { made } = mirrored
    const record = { event: { id: 9007199254740993n }, day: '2026-11-23' }
    expect(made.by === 'extract' && [made.row?.(record)]).toEqual([
      { id: 9007199254740993n, day: '2026-11-23' },
    ])
    table('sales', {
      columns: { id: integer(), name: varchar(10) },
      from: pagesOf(api, { pages: days.pages }),
      row: (sale) => ({ id: Number(sale.id), name: `${sale.name}` }),
    })
    const withoutDay = { name: 'sales', columns: { id: integer() } }
    expect(() => mirror(pagesOf(api, days), withoutDay)).toThrow(/say which column is the day/)
  })

  it('need a primary key where they may give a record twice', () => {
    const api = { url: 'http://nowhere' }
    const traits = { name: 'sales', columns: { id: integer() } }
    const numbered = pagesOf(api, { pages: { by: 'number', parameter: 'page' } })
    expect(() => mirror(numbered, traits)).toThrow(/may give a record twice: make a column/)
    expect(() => mirror(pagesOf(api, {}), traits)).toThrow(/may give a record twice/)
    mirror(numbered, { name: 'sales', columns: { id: integer().primaryKey() } })
  })
})

describe('while others write to it, an http source', () => {
  const COUNT = 100_000

  it('gives by cursor all that was there before and is after, once', async () => {
    const list = upTo(COUNT)
    const api = await start(({ query }, response) => {
      const after = Number(query.get('after') ?? -1)
      const items = list.filter((id) => id > after).slice(0, 1000)
      reply(response, { items: items.map((id) => ({ id })), next: items.at(-1) ?? null })
    })
    let added = COUNT
    const cursor = { by: 'cursor', next: 'next', parameter: 'after' } as const
    const ids = idsOf(
      await read(api, {
        ...{ pages: cursor, records: 'items' },
        onBatch: () => {
          // One that was read goes, one that was not, and one comes.
          list.splice(3, 1)
          list.splice(-5, 1)
          if (added < COUNT + 50) list.push(added++)
        },
      }),
    )
    expect(new Set(ids).size).toBe(ids.length)
    const given = new Set(ids)
    expect(list.filter((id) => !given.has(id))).toEqual([])
  }, 30_000)

  it('misses nothing by number when records are inserted, and gives some twice', async () => {
    const list = upTo(COUNT)
    const api = await start(({ query }, response) => {
      const start = (Number(query.get('page')) - 1) * 1000
      const items = list.slice(start, start + 1000).map((id) => ({ id }))
      reply(response, { items, total: list.length })
    })
    let added = COUNT
    const numbered = { by: 'number', parameter: 'page' } as const
    const asking = { pages: numbered, records: 'items', total: 'total' } as const
    const ids = idsOf(
      await read(api, {
        ...asking,
        onBatch: () => {
          if (added < COUNT + 30) list.unshift(added++)
        },
      }),
    )
    expect(ids.length).toBe(COUNT + 30)
    expect([...new Set(ids)].sort((a, b) => a - b)).toEqual(upTo(COUNT))
  }, 30_000)

  it('is told by the total when a record is deleted, and another missed', async () => {
    const list = upTo(3000)
    const api = await start(({ query }, response) => {
      const start = (Number(query.get('page')) - 1) * 1000
      const items = list.slice(start, start + 1000).map((id) => ({ id }))
      reply(response, { items, total: list.length })
    })
    const numbered = { by: 'number', parameter: 'page' } as const
    const reading = read(api, {
      ...{ pages: numbered, records: 'items', total: 'total' },
      onBatch: () => list.shift(),
    })
    await expect(reading).rejects.toMatchObject({
      name: 'Transient',
      message: expect.stringMatching(/page=3 of partner is the last page, after 2998 .* of 3000$/),
    })
  })
})

describe('an http source logs in', () => {
  const echo: Answerer = ({ headers, query }, response) =>
    reply(response, [{ ...headers, ...Object.fromEntries(query) }])

  it.each<[string, object, object]>([
    ['a token', { token: 'x y' }, { authorization: 'Bearer x y' }],
    ['a key in a header', { header: 'X-Api-Key', key: 'k' }, { 'x-api-key': 'k' }],
    ['a key in the query', { parameter: 'api key', key: 'k&l' }, { 'api key': 'k&l' }],
    [
      'a password',
      { username: 'us', password: 'pä:ss' },
      { authorization: `Basic ${Buffer.from('us:pä:ss').toString('base64')}` },
    ],
    ['a user alone', { username: 'key', password: '' }, { authorization: 'Basic a2V5Og==' }],
  ])('by %s', async (_what, login, sent) => {
    const api = await start(echo)
    expect(await read(api, { login })).toMatchObject([sent])
  })

  /** An API whose tokens are `token 1`, `token 2`, …; `good` says which are taken. */
  const withTokens = (good: (token: number) => boolean, life: number | undefined = 3600) => {
    let given = 0
    return start(async (request, response) => {
      if (request.path === '/token') {
        const form = new URLSearchParams(Buffer.concat(await request.toArray()).toString())
        const pair = Buffer.from('us%3Aher:s%2Bcret').toString('base64')
        const wrong = request.headers.authorization !== `Basic ${pair}`
        if (wrong) return reply(response, { error: 'invalid_client' }, 401)
        expect(Object.fromEntries(form)).toEqual({ grant_type: 'client_credentials', scope: 'a b' })
        return reply(response, { access_token: `token-${++given}`, expires_in: life })
      }
      const [, token] = /^Bearer token-(\d+)$/.exec(request.headers.authorization ?? '') ?? []
      if (!good(Number(token))) return reply(response, { error: 'bad token' }, 401)
      const page = Number(request.query.get('page') ?? 0)
      reply(
        response,
        [{ id: page }],
        200,
        page < 4 ? { link: `<?page=${page + 1}>; rel=next` } : {},
      )
    })
  }
  const clientOf = ({ url }: Api) => ({
    ...{ clientId: 'us:her', clientSecret: 's+cret', scope: 'a b', tokenUrl: `${url}/token` },
  })
  const tokensOf = ({ asked }: Api) => asked.filter((line) => line === 'POST /token').length

  it('by OAuth2, with one token for many pages', async () => {
    const api = await withTokens(() => true)
    const pages = pagesOf(api, { login: clientOf(api) })
    for (const _day of [1, 2]) {
      const records: Document[] = []
      for await (const batch of pages.read(readingOf({}))) records.push(...batch)
      expect(idsOf(records)).toEqual([0, 1, 2, 3, 4])
    }
    expect(tokensOf(api)).toBe(1)
  })

  it('with a new token before the old one expires', async () => {
    const api = await withTokens(() => true, 0.4)
    const onBatch = () => sleep(150)
    expect(idsOf(await read(api, { login: clientOf(api), onBatch }))).toEqual([0, 1, 2, 3, 4])
    expect(tokensOf(api)).toBeGreaterThan(1)
    expect(tokensOf(api)).toBeLessThan(5)
  })

  it('with a new token once, when the old one is not taken', async () => {
    let last = 1
    const api = await withTokens((token) => token === last)
    const onBatch = () => {
      last = 2
    }
    expect(idsOf(await read(api, { login: clientOf(api), onBatch }))).toEqual([0, 1, 2, 3, 4])
    expect(tokensOf(api)).toBe(2)
    const none = await withTokens(() => false)
    await expect(read(none, { login: clientOf(none) })).rejects.toMatchObject({
      name: 'SourceRefused',
      message: expect.stringMatching(
        /answers 401 Unauthorized: .* see the credentials in the secret/,
      ),
    })
    expect(tokensOf(none)).toBe(2)
  })

  it('not at all where the client is not known, and says so', async () => {
    const api = await withTokens(() => true)
    const login = { ...clientOf(api), clientSecret: 'wrong' }
    await expect(read(api, { login })).rejects.toMatchObject({
      name: 'SourceRefused',
      message: expect.stringMatching(/^sales: .*\/token of partner answers 401 .*invalid_client/),
    })
    expect(api.asked).toEqual(['POST /token'])
  })

  it('not at all where the answer has no token', async () => {
    const api = await start(body('{"id_token": "secret-in-disguise"}'))
    const reading = read(api, { login: clientOf(api) })
    await expect(reading).rejects.toThrow(/\/token of partner gives no access_token$/)
  })

  it.each<[object, RegExp]>([
    [{}, /must have one of these, and no more: token, or header \+ key, or parameter \+ key/],
    [{ token: 't', username: 'u', password: 'p' }, /must have one of these, and no more/],
    [{ header: 'x' }, /must have one of these/],
    [{ token: 't', url: undefined }, /needs "url", of the form https:\/\/host\/path/],
    [{ token: 't', url: 'https://u:p@host/' }, /needs "url", .* without a user or password/],
    [{ token: 't', url: 'ftp://host/' }, /needs "url"/],
    [{ clientId: 'c', clientSecret: 's', tokenUrl: 'host/token' }, /needs "tokenUrl", of the form/],
    [{ token: '' }, /has an empty "token"/],
  ])('not at all with the secret %j', async (login, problem) => {
    const failing = read({ url: 'http://127.0.0.1:9' }, { login })
    await expect(failing).rejects.toMatchObject({
      name: 'SourceRefused',
      message: expect.stringMatching(problem),
    })
    await expect(failing).rejects.toThrow(/^the secret partner \d+ of partner /)
  })
})

describe('an http source tries again', () => {
  it.each([408, 425, 429, 500, 502, 503, 504, 599])('after %i', async (code) => {
    const api = await start(inTurn(status(code, { 'retry-after': '0' }), one))
    expect(await read(api)).toEqual([{ id: 1 }])
    expect(api.asked).toHaveLength(2)
  })

  it.each<[string, () => string]>([
    ['seconds', () => '1'],
    ['a date', () => new Date(Date.now() + 1999).toUTCString()],
  ])('as late as the server asks, in %s', async (_what, after) => {
    const times: number[] = []
    const note: Answerer = () => times.push(performance.now())
    const late: Answerer = (request, response) =>
      status(429, { 'retry-after': after() })(request, response)
    const answers = inTurn(late, one)
    const api = await start((request, response) => {
      note(request, response)
      answers(request, response)
    })
    expect(await read(api)).toEqual([{ id: 1 }])
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThan(950)
  })

  it('when a connection breaks, also amid a page', async () => {
    const broken: Answerer = (_request, response) => {
      response.writeHead(200, { 'content-length': 1000 })
      response.write('[{"id": 1}', () => response.destroy())
    }
    const api = await start(inTurn((_request, response) => response.destroy(), broken, one))
    expect(await read(api)).toEqual([{ id: 1 }])
    expect(api.asked).toHaveLength(3)
  })

  it('when an answer does not come, or stalls', async () => {
    const stalls: Answerer = (_request, response) => {
      response.writeHead(200)
      response.write('[')
    }
    const api = await start(inTurn(() => {}, stalls, one))
    expect(await read(api, { timeoutSeconds: 0.3 })).toEqual([{ id: 1 }])
    expect(api.asked).toHaveLength(3)
  })

  it.each<[string, Answerer, RegExp]>([
    ['503', status(503), /answers 503 Service Unavailable: '\{"error":"so it is"\}'; no more than/],
    ['no answer', () => {}, /gives no whole answer within 0\.3 s; no more than 10 tries in 1 s$/],
    ['a lost connection', (_q, response) => response.destroy(), /cannot be reached \(\w+\)/],
  ])('only so long: %s', async (_what, answer, problem) => {
    const api = await start(answer)
    const begin = performance.now()
    await expect(read(api, { timeoutSeconds: 0.3, retrySeconds: 1 })).rejects.toMatchObject({
      name: 'Transient',
      message: expect.stringMatching(problem),
    })
    expect(performance.now() - begin).toBeLessThan(4500)
    expect(api.asked.length).toBeGreaterThan(1)
  })

  it('only so often, however short the waits', async () => {
    const api = await start(status(429, { 'retry-after': '0' }))
    await expect(read(api)).rejects.toMatchObject({ name: 'Transient' })
    expect(api.asked).toHaveLength(10)
  })

  it.each([
    ['seconds', '3600'],
    ['a date', new Date(Date.now() + 3_600_000).toUTCString()],
  ])('not at all where it would have to wait too long, in %s', async (_what, after) => {
    const api = await start(status(429, { 'retry-after': after }))
    const begin = performance.now()
    await expect(read(api)).rejects.toMatchObject({
      name: 'Transient',
      message: expect.stringContaining(`answers 429 Too Many Requests (Retry-After: ${after})`),
    })
    expect(performance.now() - begin).toBeLessThan(8000)
    expect(api.asked).toHaveLength(1)
  })

  it.each<[number, RegExp]>([
    [400, /answers 400 Bad Request: '\{"error":"so it is"\}'$/],
    [401, /; see the credentials in the secret partner \d+$/],
    [403, /; see what the credentials in the secret partner \d+ may read$/],
    [404, /; see the path, and the url in the secret partner \d+$/],
    [422, /answers 422/],
    [304, /answers 304 Not Modified$/],
  ])('never after %i', async (code, problem) => {
    const api = await start(status(code))
    await expect(read(api)).rejects.toMatchObject({
      name: 'SourceRefused',
      message: expect.stringMatching(problem),
    })
    expect(api.asked).toHaveLength(1)
  })

  it('never where there is no such host', async () => {
    const reading = read({ url: 'http://nowhere.invalid' })
    await expect(reading).rejects.toMatchObject({
      name: 'SourceRefused',
      message: expect.stringMatching(/has a host that does not exist: correct the secret partner/),
    })
  })

  it('no more once it is aborted, whatever it waits for', async () => {
    for (const answer of [() => {}, status(503, { 'retry-after': '10' })]) {
      const api = await start(answer)
      const controller = new AbortController()
      const reading = read(api, { signal: controller.signal })
      while (api.asked.length === 0) await sleep(10)
      await sleep(50)
      const begin = performance.now()
      controller.abort(new Error('enough'))
      await expect(reading).rejects.toThrow('enough')
      expect(performance.now() - begin).toBeLessThan(3000)
    }
  })
})

describe('an http source refuses', () => {
  it.each<[string, Asking, Answerer, string, RegExp]>([
    [
      'cursors that go round',
      { records: 'items', pages: { by: 'cursor', next: 'next', parameter: 'c' } },
      ({ query }, response) =>
        reply(response, { items: [{ id: 1 }], next: query.get('c') === 'a' ? 'b' : 'a' }),
      'SourceRefused',
      /\?c=b of partner names as the next page one that was read already, and would never end$/,
    ],
    [
      'links that go round',
      {},
      (_request, response) => reply(response, [], 200, { link: '</v1/sales>; rel=next' }),
      'SourceRefused',
      /\/v1\/sales of partner names as the next page one that was read already/,
    ],
    [
      'numbers that change nothing',
      { pages: { by: 'number', parameter: 'pag' } },
      one,
      'SourceRefused',
      /\?pag=2 of partner gives the page before it again: what is its parameter for the page\?$/,
    ],
    [
      'a next page on another server',
      {},
      (_request, response) =>
        reply(response, [], 200, { link: '<http://127.0.0.1:9/x>; rel="next"' }),
      'SourceRefused',
      /links to a next page on another server, http:\/\/127\.0\.0\.1:9, which gets no credentials$/,
    ],
    [
      'a link that is no URL',
      {},
      (_request, response) => reply(response, [], 200, { link: '<http://:>; rel=next' }),
      'SourceRefused',
      /links to a next page that is no URL: 'http:\/\/:'$/,
    ],
    [
      'a Link header that is none',
      {},
      (_request, response) => reply(response, [], 200, { link: 'page=2; rel=next' }),
      'SourceRefused',
      /has a Link header that cannot be read: 'page=2; rel=next'$/,
    ],
    [
      'a redirect to another server',
      {},
      status(302, { location: 'http://127.0.0.1:9/login?token=abc' }),
      'SourceRefused',
      /redirects to http:\/\/127\.0\.0\.1:9\/login: if that is right, put it into the secret/,
    ],
    [
      'a redirect to the metadata of a machine',
      {},
      status(302, { location: 'http://169.254.169.254/latest/meta-data' }),
      'SourceRefused',
      /redirects to http:\/\/169\.254\.169\.254\/latest\/meta-data: if that is right/,
    ],
    [
      'a redirect to a file',
      {},
      status(302, { location: 'file:///etc/passwd' }),
      'SourceRefused',
      /redirects to file:\/\/\/etc\/passwd: if that is right/,
    ],
    [
      'a redirect to nowhere',
      {},
      status(302, { location: 'http://:' }),
      'SourceRefused',
      /redirects to what is no URL$/,
    ],
    [
      'a next page that is a file',
      {},
      (_request, response) => reply(response, [], 200, { link: '<file:///etc/passwd>; rel=next' }),
      'SourceRefused',
      /links to a next page on another server, file:\/\/, which gets no credentials$/,
    ],
    [
      'a next page that is the metadata of a machine',
      {},
      (_request, response) => reply(response, [], 200, { link: '<//169.254.169.254/x>; rel=next' }),
      'SourceRefused',
      /links to a next page on another server, http:\/\/169\.254\.169\.254, which/,
    ],
    [
      'a total beyond all numbers',
      { records: 'items', total: 'total' },
      body('{"items": [], "total": 1e400}'),
      'SourceRefused',
      /has no number of records at total/,
    ],
    [
      'what is nested without end',
      {},
      body(`${'['.repeat(100_000)}${']'.repeat(100_000)}`),
      'BadValue',
      /has no object at records\[0\]: '…'$/,
    ],
    [
      'a text in place of records',
      { records: 'items' },
      body('{"items": "id"}'),
      'SourceRefused',
      /has no array at items/,
    ],
    [
      'redirects that go round',
      {},
      status(307, { location: '/v1/sales' }),
      'SourceRefused',
      /redirects again and again$/,
    ],
    [
      'a body without the records',
      { records: 'data.items' },
      body('{"data": {"sales": []}}'),
      'SourceRefused',
      /^sales: http:.*\/v1\/sales of partner has no array at data\.items: '\{"data":\{"sales":\[\]\}\}'$/,
    ],
    [
      'an object in place of records',
      {},
      body('{"ok": 1}'),
      'SourceRefused',
      /is no array of records/,
    ],
    [
      'a record that is none',
      { records: 'items' },
      body('{"items": [{"id": 1}, [2]]}'),
      'BadValue',
      /^sales: http:.*\/v1\/sales of partner has no object at items\[1\]: '\[2\]'$/,
    ],
    [
      'a body without the total',
      { total: 'meta.total' },
      body('[]'),
      'SourceRefused',
      /has no number of records at meta\.total/,
    ],
    [
      'fewer records than the total',
      { records: 'items', total: 'total' },
      body('{"items": [{"id": 1}], "total": 2}'),
      'Transient',
      /is the last page, after 1 records of 2$/,
    ],
    [
      'a cursor that is none',
      { records: 'items', pages: { by: 'cursor', next: 'next', parameter: 'c' } },
      body('{"items": [], "next": {"page": 2}}'),
      'SourceRefused',
      /has no cursor at next: '\{"page":2\}'$/,
    ],
    [
      'a page of HTML',
      {},
      body('<html>\n  <h1>Back soon</h1>', 'text/html'),
      'SourceRefused',
      /answers no JSON: '<html> <h1>Back soon<\/h1>'$/,
    ],
    ['an empty body', {}, body(''), 'SourceRefused', /answers no JSON but nothing$/],
    [
      '204',
      {},
      (_q, response) => response.writeHead(204).end(),
      'SourceRefused',
      /no JSON but nothing/,
    ],
    [
      'half a body',
      {},
      body('[{"id": 1}, {"i'),
      'Transient',
      /answers no JSON: '\[\{"id": 1\}, \{"i'/,
    ],
    [
      'what is not UTF-8',
      {},
      body(Buffer.from('[{"name": "Zürich"}]', 'latin1')),
      'SourceRefused',
      /answers what is not UTF-8$/,
    ],
  ])('%s', async (_what, asking, answer, name, problem) => {
    const api = await start(answer)
    const message = expect.stringMatching(problem)
    await expect(read(api, asking)).rejects.toMatchObject({ name, message })
  })

  it('a page of more than 64 MB, and holds no more of it than that', async () => {
    const bomb = gzipSync(Buffer.alloc(300_000_000, ' '))
    const api = await start((_request, response) => {
      response.writeHead(200, { 'content-encoding': 'gzip' })
      response.end(bomb)
    })
    await expect(read(api)).rejects.toThrow(/answers with more than 64 MB: ask for smaller pages$/)
    expect(api.asked).toHaveLength(1)
  }, 20_000)

  it('nothing of a redirect on the same server, and takes its credentials along', async () => {
    const api = await start(({ path, headers, query }, response) => {
      if (path === '/v1/sales') return status(301, { location: '/v2?a=1' })({} as never, response)
      reply(response, [{ key: headers['x-key'] ?? query.get('key'), a: query.get('a') }])
    })
    const found = [{ key: 'secret', a: '1' }]
    expect(await read(api, { login: { header: 'X-Key', key: 'secret' } })).toEqual(found)
    expect(await read(api, { login: { parameter: 'key', key: 'secret' } })).toEqual(found)
  })
})

describe('the secrets of an http source', () => {
  const KEY = 'k3y/"of +the= kingdom'
  const everything: Answerer = async (request, response) => {
    const { url, headers, path } = request
    const text = JSON.stringify({ url, headers, decoded: decodeURIComponent(`${url}`) })
    const form = (await request.toArray()).toString()
    if (path === '/token' && !headers.authorization?.includes('bm8')) {
      return reply(response, { access_token: KEY })
    }
    reply(response, `${text}${form}`, Number(path.slice(-3)) || 200, {
      link: `<http://elsewhere/?k=${encodeURIComponent(KEY)}>; rel="next"`,
      location: `http://elsewhere/${encodeURIComponent(KEY)}`,
    })
  }

  it.each<[string, object]>([
    ['token', { token: KEY }],
    ['header', { header: 'x-key', key: KEY }],
    ['parameter', { parameter: 'api_key', key: KEY }],
    ['password', { username: 'us', password: KEY }],
    ['client', { clientId: 'us', clientSecret: KEY }],
    ['bad client', { clientId: 'no', clientSecret: KEY }],
    ['impossible header', { header: 'no header', key: KEY }],
  ])('are in no error, whatever the partner says: %s', async (_what, fields) => {
    const api = await start(everything)
    const login = 'clientId' in fields ? { ...fields, tokenUrl: `${api.url}/token` } : fields
    const asking = { login, retrySeconds: 0.1, timeoutSeconds: 0.1 }
    const leaks = /k3y|kingdom|azN5/
    for (const path of ['200', '301', '400', '401', '403', '503']) {
      const error = await read(api, { ...asking, path }).catch((error) => error)
      expect(error).toBeInstanceOf(Error)
      expect(inspect(error, { depth: 9 })).not.toMatch(leaks)
    }
    const gone = { url: 'http://127.0.0.1:9' }
    const error = await read(gone, asking).catch((error) => error)
    expect(inspect(error, { depth: 9 })).not.toMatch(leaks)
  })

  it('are masked in the place of a record', async () => {
    const link = '<?api_key=k3y&page=2>; rel=next'
    const api = await start(inTurn((_q, response) => reply(response, [], 200, { link }), one))
    const pages = pagesOf(api, { login: { parameter: 'api_key', key: 'k3y' } })
    const places: (string | undefined)[] = []
    for await (const batch of pages.read(readingOf({}))) {
      for (const record of batch) places.push(pages.where?.(record))
    }
    expect(places).toEqual([`records[0] of ${api.url}/v1/sales?api_key=***&page=2`])
  })
})

describe('the connections of an http source', () => {
  it('are few, and closed when it is done', async () => {
    let most = 0
    const api = await start(({ query }, response) => {
      most = Math.max(most, api.connections())
      const page = Number(query.get('page'))
      reply(response, page > 50 ? [] : [{ id: page }])
    })
    await read(api, { pages: { by: 'number', parameter: 'page' } })
    expect(most).toBeLessThanOrEqual(2)
    for (let tries = 0; api.connections() > 0 && tries < 100; tries++) await sleep(50)
    expect(api.connections()).toBe(0)
  })

  it('are let go at once by who aborts amid a page', async () => {
    const api = await start((_request, response) => {
      response.writeHead(200)
      response.write('[')
    })
    const controller = new AbortController()
    const reading = read(api, { signal: controller.signal })
    while (api.asked.length === 0) await sleep(10)
    controller.abort(new Error('enough'))
    await expect(reading).rejects.toThrow('enough')
    for (let tries = 0; api.connections() > 0 && tries < 20; tries++) await sleep(50)
    expect(api.connections()).toBe(0)
  })
})
