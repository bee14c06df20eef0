import { spawnSync } from 'node:child_process'
import { createHash, createHmac } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from '@jest/globals'
import { elasticsearch, integer, mirror } from '#lib'
import type { DocumentOptions } from '../../lib/source/elasticsearch/elasticsearch.ts'
import { definition } from '../../lib/table/definition.ts'
import type { Reading } from '../../lib/table/origin.ts'
import { type Secrets, startSecrets } from '../../local/services/secrets.ts'
import { testSource } from './contract.ts'
import { type Answered, type Front, type Heard, startFront } from './front.ts'
import { opensearchSubjects } from './subjects/elasticsearch.ts'

if (opensearchSubjects.length === 0)
  console.warn('No Java or no Maven is installed: the search source is not tested as others are')

for (const subject of opensearchSubjects) testSource(subject)

const closing: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

let secretNumber = 0

/** Reads the documents of `logs*` that a secret leads to. */
async function readWith(
  secret: object,
  { warn = () => {}, note = () => {}, ...options }: Partial<Reading & DocumentOptions> = {},
): Promise<unknown[]> {
  const name = `elasticsearch/${secretNumber++}`
  const secrets: Secrets = await startSecrets({ [name]: secret })
  closing.push(() => secrets.stop())
  Object.assign(process.env, {
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secrets.url,
    ...{ AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'test', AWS_SECRET_ACCESS_KEY: 'hidden' },
  })
  const documents = elasticsearch('cluster', { secret: name }).documents({
    index: 'logs*',
    ...options,
  })
  const { made, columns } = mirror(documents, { name: 'logs', columns: { id: integer() } })[
    definition
  ]
  const reading = {
    ...{ table: 'logs', columns, date: '2026-11-23', note, warn },
    signal: new AbortController().signal,
  }
  const found: unknown[] = []
  if (made.by === 'extract') for await (const batch of made.from.read(reading)) found.push(...batch)
  return found
}

const shards = { total: 2, successful: 2, skipped: 0, failed: 0 }
const hit = (id: number) => ({ _index: 'logs-1', _id: `${id}`, _source: { id }, sort: [id] })

/** Answers as Elasticsearch documents it, with three documents. */
function recorded(version: object, mappings: object = {}): (heard: Heard) => Answered {
  return ({ method, path, body }) => {
    const asked = body ? JSON.parse(body) : {}
    const of = (answer: object) => ({ status: 200, body: JSON.stringify(answer) })
    const hits = (ids: number[]) =>
      of({
        ...{ took: 1, timed_out: false, _shards: shards, _scroll_id: 'scroll', pit_id: 'later' },
        hits: { total: { value: 3, relation: 'eq' }, hits: ids.map(hit) },
      })
    if (path === '/') return of({ version })
    if (path.includes('/_search_shards')) return of({ shards: [[{ index: 'logs-1' }]] })
    if (path.includes('/_mapping')) return of({ 'logs-1': { mappings } })
    if (method === 'DELETE') return of({ succeeded: true })
    if (path.includes('/_pit')) return of({ id: 'first' })
    if (path.startsWith('/_search'))
      return hits(asked.search_after || asked.scroll_id ? [3] : [1, 2])
    return hits([1, 2])
  }
}

async function front(answer: Front['answer'], tls?: { key: string; cert: string }): Promise<Front> {
  const proxy = await startFront('', tls)
  proxy.answer = answer
  closing.push(() => proxy.stop())
  return proxy
}

describe('the elasticsearch source', () => {
  const documents = [1, 2, 3].map((id) => ({ id, _id: `${id}`, _index: 'logs-1' }))

  it('reads Elasticsearch by a point in time, of which it uses the newest id and closes all', async () => {
    const { url, heard } = await front(recorded({ number: '8.15.3', build_flavor: 'default' }))
    expect(await readWith({ url })).toEqual(documents)
    const asked = heard
      .slice(4)
      .map(({ method, path, body }) => [method, path, JSON.parse(body || '{}')])
    expect(asked).toMatchObject([
      ['POST', '/logs%2A/_pit?keep_alive=5m&allow_no_indices=false', {}],
      [
        'POST',
        '/_search',
        { pit: { id: 'first' }, track_total_hits: true, sort: [{ _shard_doc: 'asc' }] },
      ],
      ['POST', '/_search', { pit: { id: 'later' }, track_total_hits: false, search_after: [2] }],
      ['DELETE', '/_pit', { id: 'first' }],
      ['DELETE', '/_pit', { id: 'later' }],
    ])
  })

  it.each([
    { number: '7.14.2' },
    { number: '3.2.0', distribution: 'opensearch' },
    { number: '7.10.2', distribution: 'opensearch' },
  ])('scrolls where there is no point in time with slices: %j', async (version) => {
    const { url, heard } = await front(recorded(version))
    expect(await readWith({ url })).toEqual(documents)
    const asked = heard.slice(4).map(({ method, path, body }) => [method, path, JSON.parse(body)])
    expect(asked).toMatchObject([
      ['POST', '/logs%2A/_search?scroll=5m&allow_no_indices=false', { sort: ['_doc'] }],
      ['POST', '/_search/scroll', { scroll: '5m', scroll_id: 'scroll' }],
      ['DELETE', '/_search/scroll', { scroll_id: ['scroll'] }],
    ])
  })

  const mappings = {
    properties: {
      id: { type: 'long' },
      title: { type: 'text', fields: { keyword: { type: 'keyword' } } },
      Visitor: { properties: { id: { type: 'unsigned_long' }, seen: { type: 'date' } } },
      tags: { type: 'nested', properties: { name: { type: 'keyword' } } },
      name: { type: 'alias', path: 'title' },
      odd: { type: 'object', enabled: false },
    },
  }
  it('warns of fields that its mirror says nothing of, with the lines to add', async () => {
    const { url } = await front(recorded({ number: '8.15.3' }, mappings))
    const warned: string[] = []
    const warn = (sentence: string) => warned.push(sentence)
    expect(await readWith({ url }, { warn })).toEqual(documents)
    expect(warned).toEqual([
      'cluster.logs* has 5 fields more than logs. Add `title: varchar(65535).nullable(),` ' +
        "`visitor_id: decimal(20, 0).from('Visitor.id').nullable(),` " +
        "`visitor_seen: timestamptz().from('Visitor.seen').nullable(),` " +
        '`tags: super_().nullable(),` `odd: super_().nullable(),`; or leave out what is not ' +
        "wanted, by `without: ['title', 'Visitor.id', 'Visitor.seen', 'tags', 'odd']` of its documents.",
    ])
    await readWith({ url }, { warn, without: ['title', 'Visitor', 'tags.name', 'odd'] })
    await readWith({ url }, { warn, without: 'others' })
    expect(warned).toHaveLength(1)
  })

  it('shows ten new fields of many', async () => {
    const many = Array.from({ length: 12 }, (_, at) => [`f${at}`, { type: 'keyword' }])
    const properties = Object.fromEntries(many)
    const { url } = await front(recorded({ number: '8.15.3' }, { properties }))
    const warned: string[] = []
    await readWith({ url }, { warn: (sentence) => warned.push(sentence) })
    expect(warned).toEqual([
      expect.stringMatching(
        /`f9: [^`]*` and 2 more; .* by `without: 'others'` of its documents\.$/,
      ),
    ])
  })

  it('notes where it may not look for new fields', async () => {
    const answer = recorded({ number: '8.15.3' }, mappings)
    const { url } = await front((heard) =>
      heard.path.includes('/_mapping') ? { status: 403, body: '{"error":"no"}' } : answer(heard),
    )
    const noted: string[] = []
    expect(await readWith({ url }, { note: (what) => noted.push(what) })).toEqual(documents)
    expect(noted).toEqual([
      'new fields are not looked for, since the mapping of logs* may not be read',
    ])
  })

  it('logs in with an API key', async () => {
    const { url, heard } = await front(recorded({ number: '8.15.3' }))
    await readWith({ url, apiKey: 'bm9ib2R5' })
    expect(new Set(heard.map(({ headers }) => headers.authorization))).toEqual(
      new Set(['ApiKey bm9ib2R5']),
    )
  })

  it('signs every request as AWS has it, body and all', async () => {
    const answer = recorded({ number: '3.2.0', distribution: 'opensearch' })
    const proxy = await front((heard) => {
      const { authorization } = heard.headers
      if (authorization === signatureOf(heard, 'es', 'eu-west-1', 'hidden')) return answer(heard)
      return { status: 403, body: '{"message":"The request signature does not match"}' }
    })
    const aws = { region: 'eu-west-1' }
    expect(await readWith({ url: proxy.url, aws })).toEqual(documents)
    await expect(readWith({ url: proxy.url, aws: { region: 'eu-west-2' } })).rejects.toMatchObject({
      name: 'SourceRefused',
      message:
        "cluster: the function's role may not read logs* (403 The request signature does not match): grant that",
    })
  })

  it.each([
    [
      200,
      '<html>Welcome</html>',
      'SourceRefused',
      'what its url names answers as no search server',
    ],
    [200, '{}', 'SourceRefused', 'does not say which version'],
    [200, '{"version":{"number":"6.8.0"}}', 'SourceRefused', 'only 7 and later can be read'],
    [302, '', 'SourceRefused', 'what its url names answers as no search server does (302)'],
    [401, '{"error":"no"}', 'SourceRefused', 'refuses whoever does not log in (401 no)'],
    [500, '', 'Transient', 'the server fails (500)'],
    [503, '{"error":"down"}', 'Transient', 'the server fails (503 down)'],
  ])('explains an answer of %d %s', async (status, body, name, message) => {
    const { url } = await front(() => ({ status, body }))
    const failure = { name, message: expect.stringContaining(message) }
    await expect(readWith({ url })).rejects.toMatchObject(failure)
  })

  it.each([
    [{ url: 'search.example.com' }, 'SourceRefused', /has no url such as https:/],
    [{}, 'SourceRefused', /has no url/],
    [{ url: 'http://127.0.0.1:9', username: 'usher' }, 'SourceRefused', /only one of username and/],
    [{ url: 'http://127.0.0.1:9', aws: {} }, 'SourceRefused', /has no region in aws/],
    [
      { url: 'http://nowhere.invalid', password: 'x', username: 'y' },
      'SourceRefused',
      /nowhere.invalid: correct the url/,
    ],
    [{ url: 'http://127.0.0.1:9' }, 'Transient', /^cluster: .*ECONNREFUSED/],
  ])('explains what is wrong with a secret of %j', async (secret, name, message) => {
    const failure = { name, message: expect.stringMatching(message) }
    await expect(readWith(secret)).rejects.toMatchObject(failure)
  })

  it('says so where a server has no TLS', async () => {
    const { url } = await front(recorded({ number: '8.15.3' }))
    await expect(readWith({ url: url.replace('http:', 'https:') })).rejects.toMatchObject({
      name: 'SourceRefused',
      message: expect.stringContaining('the server has no TLS'),
    })
  })
})

const openssl = spawnSync('openssl', ['version']).status === 0
if (!openssl) console.warn('openssl is not installed: the test of TLS is skipped')

;(openssl ? it : it.skip)('trusts a certificate that its secret names, and no other', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'usher-tls-test-'))
  closing.push(() => rmSync(directory, { recursive: true, force: true }))
  const [key, cert] = [join(directory, 'key.pem'), join(directory, 'certificate.pem')]
  const kind = '-x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=server'.split(' ')
  const names = ['-addext', 'subjectAltName=DNS:localhost', '-keyout', key, '-out', cert]
  spawnSync('openssl', ['req', ...kind, ...names])
  const tls = { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') }
  const { url } = await front(recorded({ number: '8.15.3' }), tls)
  expect((await readWith({ url, tls: tls.cert })).length).toBe(3)
  await expect(readWith({ url })).rejects.toMatchObject({
    name: 'SourceRefused',
    message: expect.stringMatching(
      /the server's certificate is not trusted \(self-signed certificate\): put its CA/,
    ),
  })
})

/** What the Authorization header must be, worked out as AWS describes Signature Version 4. */
function signatureOf(
  { method, path, headers, body }: Heard,
  service: string,
  region: string,
  secret: string,
): string {
  const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
  const hmac = (key: string | Buffer, text: string) =>
    createHmac('sha256', key).update(text).digest()
  const names = /SignedHeaders=([^,]+)/.exec(headers.authorization ?? '')?.[1] ?? ''
  const [file = '', query = ''] = path.split('?')
  const canonical = [
    method,
    // The path is encoded once more than it was sent.
    file.split('/').map(encodeURIComponent).join('/'),
    query.split('&').sort().join('&'),
    ...names.split(';').map((name) => `${name}:${headers[name]}`),
    '',
    names,
    sha256(body),
  ].join('\n')
  const time = String(headers['x-amz-date'])
  const scope = `${time.slice(0, 8)}/${region}/${service}/aws4_request`
  const toSign = ['AWS4-HMAC-SHA256', time, scope, sha256(canonical)].join('\n')
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${secret}`)
  const signature = createHmac('sha256', key).update(toSign).digest('hex')
  return `AWS4-HMAC-SHA256 Credential=test/${scope}, SignedHeaders=${names}, Signature=${signature}`
}
