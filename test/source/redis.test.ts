import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { integer, mirror, redis, varchar } from '#lib'
import type { Document } from '../../lib/table/json.ts'
import type { MirroredDocuments } from '../../lib/table/mirror.ts'
import { redisSecret } from '../../local/redis/provide.ts'
import { connectRedis, type Wire } from '../../local/redis/resp.ts'
import { findRedis, READER, type RedisServer, startRedis } from '../../local/redis/server.ts'
import { freePort } from '../../local/server/port.ts'
import { type Secrets, startSecrets } from '../../local/services/secrets.ts'
import { testSource } from './contract.ts'
import { redisSubject } from './subjects/redis.ts'

const installed = findRedis() !== undefined
if (!installed) console.warn('No Redis is installed: the tests of its source are skipped')
const suite = installed ? describe : describe.skip

if (installed) testSource(redisSubject)

/** Reads documents as an extract would. */
async function read(
  { source, read }: MirroredDocuments,
  onBatch: (documents: readonly Document[]) => unknown = () => {},
) {
  const notes: string[] = []
  const reading = {
    ...{ table: source.name, columns: [], date: '2026-11-23' },
    signal: new AbortController().signal,
    note: (what: string) => notes.push(what),
    warn: () => {},
  }
  const documents: Document[] = []
  for await (const batch of read(reading)) {
    documents.push(...batch)
    await onBatch(batch)
  }
  return { documents, notes }
}

/** Lets this process find secrets as on AWS. */
async function serveSecrets(secrets: Readonly<Record<string, object>>): Promise<Secrets> {
  const server = await startSecrets(secrets)
  process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER = server.url
  process.env.AWS_REGION = 'us-east-1'
  process.env.AWS_ACCESS_KEY_ID = 'test'
  process.env.AWS_SECRET_ACCESS_KEY = 'test'
  return server
}

const numbers = (count: number) => Array.from({ length: count }, (_, number) => number)

suite('the redis source', () => {
  let directory: string
  let server: RedisServer
  let admin: Wire
  let secrets: Secrets
  const shop = redis('shop', { secret: 'good' })

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'usher-redis-test-'))
    const narrow = `user narrow on >narrow ~user:* ${READER}`
    const scanner = 'user scanner on >scanner ~* +scan'
    server = await startRedis({ dir: directory, settings: [narrow, scanner] })
    admin = await connectRedis(new URL(server.adminUrl))
    const good = redisSecret(new URL(server.url))
    secrets = await serveSecrets({
      good,
      narrow: { ...good, username: 'narrow', password: 'narrow' },
      scanner: { ...good, username: 'scanner', password: 'scanner' },
      'no password': { ...good, username: undefined, password: undefined },
      'database 99': { ...good, database: 99 },
      'database 3': { ...good, database: 3 },
      tls: { ...good, tls: undefined },
      'no host': { port: 6379 },
      'nobody there': { ...good, port: 1 },
      'no such host': { ...good, host: 'redis.invalid' },
    })
  })

  afterAll(async () => {
    admin?.close()
    await server?.stop()
    secrets?.stop()
    rmSync(directory, { recursive: true, force: true })
  })

  it('gives every hash and string as Redis holds it', async () => {
    await admin.send([
      ['HSET', 'kinds:1', 'name', 'Zoë 😀', 'a.b', '', 'note', 'x\r\n"y"\0', '_key', 'not this'],
      ['HSET', 'kinds:é*', 'big', '9007199254740993'],
      ['SET', 'kinds:text', '{"id": 9007199254740993}'],
      ['SET', 'kinds:empty', ''],
      ['SET', 'kinds:number', 7],
      ['SADD', 'kinds:set', 'x'],
      ['RPUSH', 'kinds:list', 'x'],
    ])
    const hashes = await read(shop.hashes({ match: 'kinds:*' }))
    expect(hashes.documents.toSorted((a, b) => (`${a._key}` < `${b._key}` ? -1 : 1))).toEqual([
      { _key: 'kinds:1', name: 'Zoë 😀', 'a.b': '', note: 'x\r\n"y"\0' },
      { _key: 'kinds:é*', big: '9007199254740993' },
    ])
    const strings = await read(shop.strings({ match: 'kinds:*' }))
    expect(Object.fromEntries(strings.documents.map((d) => [d._key, d._value]))).toEqual({
      'kinds:text': '{"id": 9007199254740993}',
      'kinds:empty': '',
      'kinds:number': '7',
    })
  })

  it('counts bytes that are not UTF-8, and refuses a key of such', async () => {
    await admin.send([['HSET', 'bytes:1', 'name', Buffer.from('caf\xe9', 'latin1')]])
    expect(await read(shop.hashes({ match: 'bytes:*' }))).toEqual({
      documents: [{ _key: 'bytes:1', name: 'caf�' }],
      notes: ['bytes that are not UTF-8 replaced by �'],
    })
    await admin.send([['HSET', Buffer.from('odd:\xff', 'latin1'), 'name', 'x']])
    await expect(read(shop.hashes({ match: 'odd:*' }))).rejects.toMatchObject({
      name: 'BadValue',
      message: 'shop: the key "odd:ÿ" is not UTF-8: let `match` leave it out',
    })
  })

  it('reads the database that its secret names', async () => {
    await admin.send([
      ['SELECT', 3],
      ['HSET', 'user:1', 'name', 'third'],
      ['SELECT', 0],
    ])
    const { documents } = await read(redis('shop', { secret: 'database 3' }).hashes())
    expect(documents).toEqual([{ _key: 'user:1', name: 'third' }])
  })

  it('gives all keys that were there all the time, while others come and go', async () => {
    const COUNT = 100_000
    const pages = numbers(COUNT / 10_000)
    for (const page of pages) {
      await admin.send(
        numbers(10_000).flatMap((i) => [
          ['HSET', `live:stays:${page * 10_000 + i}`, 'value', page * 10_000 + i],
          ['HSET', `live:goes:${page * 10_000 + i}`, 'value', page * 10_000 + i],
        ]),
      )
    }
    // Redis makes its table of keys smaller and larger meanwhile.
    const writer = await connectRedis(new URL(server.adminUrl))
    let writing = true
    const write = async () => {
      for (let i = 0; writing; i++, await sleep(5)) {
        const some = numbers(500).map((n) => (i % 200) * 500 + n)
        await writer.send(some.map((n) => ['DEL', `live:goes:${n}`]))
        await writer.send(some.map((n) => ['HSET', `live:comes:${n}`, 'value', n]))
        await writer.send(some.map((n) => ['RENAME', `live:comes:${n}`, `live:came:${n}`]))
      }
    }
    const done = write()
    const { documents } = await read(shop.hashes({ match: 'live:*' }))
    writing = false
    await done
    writer.close()
    const wrong = documents.filter(({ _key, value }) => {
      const [, kind, n] = String(_key).split(':')
      return n !== value || !/^(stays|goes|comes|came)$/.test(kind ?? '')
    })
    expect(wrong).toEqual([])
    const stayed = new Set(
      documents.flatMap(({ _key, value }) =>
        String(_key).startsWith('live:stays:') ? [Number(value)] : [],
      ),
    )
    expect(stayed.size).toBe(COUNT)
    const came = documents.filter(({ _key }) => /came|comes/.test(String(_key)))
    expect(came.length).toBeGreaterThan(0)
  }, 60_000)

  it('leaves out a key that goes away, or becomes another type, before its value is read', async () => {
    await admin.send(numbers(900).map((n) => ['HSET', `brief:${n}`, 'value', n]))
    let seen = 0
    const change = async (batch: readonly Document[]) => {
      seen += batch.length
      if (seen === 0 || seen > batch.length) return
      await admin.send(
        numbers(900).flatMap((n) => [
          ['DEL', `brief:${n}`],
          ...(n % 2 ? [['SET', `brief:${n}`, 'a string now']] : []),
        ]),
      )
    }
    const { documents } = await read(shop.hashes({ match: 'brief:*' }), change)
    expect(documents.length).toBeGreaterThan(0)
    expect(documents.length).toBeLessThan(900)
  })

  it('asks for large values in small numbers', async () => {
    const large = 'x'.repeat(500_000)
    await admin.send(numbers(120).map((n) => ['SET', `large:${n}`, large]))
    const sizes: number[] = []
    await read(shop.strings({ match: 'large:*' }), ({ length }) => sizes.push(length))
    expect(sizes.reduce((sum, size) => sum + size)).toBe(120)
    expect(sizes.filter((size) => size > 4).length).toBeLessThanOrEqual(2)
    await admin.send(numbers(120).map((n) => ['DEL', `large:${n}`]))
  })

  it('does not go on where another server has taken the place of the first', async () => {
    const other = join(directory, 'other')
    const first = await startRedis({ dir: other })
    const { port } = first
    const fill = async ({ adminUrl }: RedisServer) => {
      const wire = await connectRedis(new URL(adminUrl))
      await wire.send(numbers(20_000).map((n) => ['HSET', `user:${n}`, 'value', n]))
      await wire.send([['ACL', 'SETUSER', 'usher', 'resetpass', '>same']])
      wire.close()
    }
    await fill(first)
    const login = { ...redisSecret(new URL(first.url)), password: 'same' }
    const own = await serveSecrets({ moving: login })
    let second: RedisServer | undefined
    const replace = async () => {
      if (second) return
      await first.stop()
      second = await startRedis({ dir: other, port })
      await fill(second)
    }
    try {
      const reading = read(redis('shop', { secret: 'moving' }).hashes(), replace)
      await expect(reading).rejects.toMatchObject({ name: 'Transient' })
      expect(second).toBeDefined()
    } finally {
      await first.stop()
      await second?.stop()
      own.stop()
      process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER = secrets.url
    }
  })

  it('needs no more than reading the keys that it is asked for', async () => {
    await admin.send([['HSET', 'user:1', 'name', 'Zoë']])
    const narrow = redis('shop', { secret: 'narrow' })
    const { documents } = await read(narrow.hashes({ match: 'user:*' }))
    expect(documents).toEqual([{ _key: 'user:1', name: 'Zoë' }])
    await admin.send([['HSET', 'secret:1', 'name', 'Zoë']])
    await expect(read(narrow.hashes({ match: 'secret:*' }))).rejects.toMatchObject({
      name: 'SourceRefused',
      message: expect.stringMatching(
        /^shop: the user may not do HGETALL secret:1 \(NOPERM .*\): allow it in the user's ACL$/,
      ),
    })
    await expect(read(redis('shop', { secret: 'scanner' }).hashes())).rejects.toThrow(
      /^shop: the user may not do HGETALL .* 'hgetall' command/,
    )
  })

  it.each([
    ['no password', 'shop: Redis wants a password, and the secret has none'],
    ['database 99', 'shop: the server has not the "database" that its secret names'],
    ['no host', 'the secret no host of shop has no host'],
    ['no such secret', 'there is no secret no such secret'],
    ['no such host', 'shop: there is no host redis.invalid'],
  ])('says in one sentence what is wrong: %s', async (secret, sentence) => {
    await expect(read(redis('shop', { secret }).hashes())).rejects.toMatchObject({
      name: 'SourceRefused',
      message: expect.stringContaining(sentence),
    })
  })

  it('says what to do about a server without TLS, which keeps silent', async () => {
    await expect(read(redis('shop', { secret: 'tls' }).hashes())).rejects.toThrow(
      'shop: Connection timeout: may it be reached from here, and has it TLS? If not, "tls": false',
    )
  })

  it('tries a few times to reach a server, and then gives it up for now', async () => {
    const start = performance.now()
    await expect(read(redis('shop', { secret: 'nobody there' }).hashes())).rejects.toMatchObject({
      name: 'Transient',
      message: expect.stringContaining('ECONNREFUSED'),
    })
    expect(performance.now() - start).toBeGreaterThan(1000)
    expect(performance.now() - start).toBeLessThan(10_000)
  })

  it('refuses one node of a cluster, which has but its own keys', async () => {
    const settings = ['cluster-enabled yes']
    const node = await startRedis({ dir: join(directory, 'cluster'), settings })
    const own = await serveSecrets({ cluster: redisSecret(new URL(node.url)) })
    try {
      await expect(read(redis('shop', { secret: 'cluster' }).hashes())).rejects.toMatchObject({
        name: 'SourceRefused',
        message: expect.stringContaining('shop: the server is in cluster mode'),
      })
    } finally {
      own.stop()
      process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER = secrets.url
      await node.stop()
    }
  })

  it('makes no table without a primary key, as SCAN may give a key twice', () => {
    const columns = { _key: varchar(100), id: integer() }
    expect(() => mirror(shop.hashes(), { name: 'users', columns })).toThrow('.primaryKey()')
  })
})

const openssl = spawnSync('openssl', ['version']).status === 0
if (installed && !openssl) console.warn('openssl is not installed: the test of TLS is skipped')
const secure = installed && openssl ? it : it.skip

secure.each([
  ['localhost', 'is trusted', /^1 user$/],
  ['elsewhere.example', 'is refused', /does not match certificate/],
])('over TLS, a Redis whose certificate names %s %s', async (name, _what, outcome) => {
  const directory = mkdtempSync(join(tmpdir(), 'usher-tls-test-'))
  const [key, certificate] = [join(directory, 'key.pem'), join(directory, 'certificate.pem')]
  const kind = '-x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=server'.split(' ')
  const names = ['-addext', `subjectAltName=DNS:${name}`, '-keyout', key, '-out', certificate]
  spawnSync('openssl', ['req', ...kind, ...names])
  const tlsPort = await freePort()
  const files = [`tls-cert-file "${certificate}"`, `tls-key-file "${key}"`, 'tls-auth-clients no']
  const server = await startRedis({ dir: directory, settings: [`tls-port ${tlsPort}`, ...files] })
  const plain = { ...redisSecret(new URL(server.url)), host: 'localhost' }
  const secure = { ...plain, port: tlsPort, tls: undefined }
  const secrets = await serveSecrets({
    [`trusts nobody ${name}`]: secure,
    [`speaks no TLS ${name}`]: { ...secure, tls: false },
    [`trusts ${name}`]: { ...secure, tls: readFileSync(certificate, 'utf8') },
  })
  try {
    const admin = await connectRedis(new URL(server.adminUrl))
    await admin.send([['HSET', 'user:1', 'name', 'Zoë']])
    admin.close()
    const at = (secret: string) => read(redis('shop', { secret }).hashes())
    await expect(at(`trusts nobody ${name}`)).rejects.toMatchObject({
      name: 'SourceRefused',
      message: expect.stringMatching(
        /^shop: the server's certificate is not trusted .*self-signed/,
      ),
    })
    await expect(at(`speaks no TLS ${name}`)).rejects.toMatchObject({
      name: 'Transient',
      message: expect.stringContaining('if it wants TLS, its secret must not say "tls": false'),
    })
    const found = at(`trusts ${name}`).then(
      ({ documents }) => `${documents.length} user`,
      (error: Error) => error.message,
    )
    expect(await found).toMatch(outcome)
  } finally {
    secrets.stop()
    await server.stop()
    rmSync(directory, { recursive: true, force: true })
  }
})
