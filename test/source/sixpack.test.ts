import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { redis, sixpack } from '#lib'
import type { Origin } from '../../lib/table/origin.ts'
import { redisSecret } from '../../local/redis/provide.ts'
import { connectRedis, type Wire } from '../../local/redis/resp.ts'
import { findRedis, type RedisServer, startRedis } from '../../local/redis/server.ts'
import { sixpackCommands } from '../../local/redis/sixpack.ts'
import { type Secrets, startSecrets } from '../../local/services/secrets.ts'

const installed = findRedis() !== undefined
if (!installed) console.warn('No Redis is installed: the tests of Sixpack are skipped')
const suite = installed ? describe : describe.skip

const DATE = '2026-11-23'
const notes: string[] = []

async function read<Record>(
  { read }: Origin<Record>,
  onBatch: () => unknown = () => {},
): Promise<Record[]> {
  const records: Record[] = []
  const { signal } = new AbortController()
  const note = (what: string) => notes.push(what)
  for await (const batch of read({
    table: 'tests',
    columns: [],
    date: DATE,
    signal,
    note,
    warn: () => {},
  })) {
    records.push(...batch)
    await onBatch()
  }
  return records
}

suite('the sixpack source', () => {
  let directory: string
  let server: RedisServer
  let admin: Wire
  let secrets: Secrets
  const tests = (prefix?: string) => sixpack(redis('sixpack', { secret: 'sixpack' }), { prefix })

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'usher-sixpack-test-'))
    // No more than the source says it needs.
    const acl = '~* +smembers +hmget +lrange +get +bitcount'
    server = await startRedis({ dir: directory, acl })
    admin = await connectRedis(new URL(server.adminUrl))
    await admin.send(sixpackCommands(DATE))
    secrets = await startSecrets({ sixpack: redisSecret(new URL(server.url)) })
    process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER = secrets.url
    process.env.AWS_REGION = 'us-east-1'
    process.env.AWS_ACCESS_KEY_ID = 'test'
    process.env.AWS_SECRET_ACCESS_KEY = 'test'
  })

  afterAll(async () => {
    admin?.close()
    await server?.stop()
    secrets?.stop()
    rmSync(directory, { recursive: true, force: true })
  })

  /** The bits that are set, counted one by one in the bytes that GETRANGE gives. */
  async function bitsOf(key: string): Promise<number[]> {
    const [bytes] = (await admin.send([['GETRANGE', key, 0, -1]])) as [Buffer]
    return [...bytes].flatMap((byte, at) =>
      [0, 1, 2, 3, 4, 5, 6, 7].flatMap((bit) => ((byte << bit) & 0x80 ? [8 * at + bit] : [])),
    )
  }
  const countOf = async (key: string) => (await bitsOf(key)).length

  it('counts participants and conversions as the bits of the raw keys', async () => {
    const rows = await read(tests().participations)
    expect(rows.length).toBeGreaterThan(200)
    for (const { experiment, alternative, kpi, date, participants, conversions } of rows) {
      const key = kpi ? `${experiment}/${kpi}` : experiment
      expect(participants).toBe(await countOf(`sixpack:p:${experiment}:${alternative}:${date}`))
      expect(conversions).toBe(await countOf(`sixpack:c:${key}:${alternative}:users:${date}`))
    }
    const days = (experiment: string) =>
      rows.filter((row) => row.experiment === experiment).map(({ date }) => date)
    expect(new Set(days('search-layout')).size).toBe(21)
    expect(days('search-layout').toSorted()[0]).toBe('2026-11-03')
    expect(days('search-layout').toSorted().at(-1)).toBe(DATE)
    expect(new Set(rows.map(({ kpi }) => kpi))).toEqual(new Set(['', 'click', 'purchase']))
  })

  it('counts in all what the days count together', async () => {
    const rows = await read(tests().participations)
    const sum = (of: readonly number[]) => of.reduce((all, one) => all + one, 0)
    const alternatives = await read(tests().alternatives)
    expect(alternatives.length).toBe(10)
    for (const { experiment, alternative, participants, conversions } of alternatives) {
      const own = rows.filter((r) => r.experiment === experiment && r.alternative === alternative)
      const first = own.filter(({ kpi }) => kpi === '')
      expect(participants).toBe(sum(first.map((row) => row.participants)))
      expect(participants).toBe(await countOf(`sixpack:p:${experiment}:${alternative}:all`))
      expect(conversions).toBe(sum(own.map((row) => row.conversions)))
    }
  })

  it('tells of experiments that are archived, paused or won, too', async () => {
    const experiments = await read(tests().experiments)
    const [button, fees, hero, search] = experiments
    expect(experiments.map(({ name }) => name)).toEqual([
      'buy-button',
      'fee-display',
      'home-hero',
      'search-layout',
    ])
    expect(button).toMatchObject({ winner: 'orange', createdAt: '2026-11-03 16:05:00', kpis: [] })
    expect(fees).toMatchObject({ isArchived: true, createdAt: '2026-11-03 11:42:07.250113' })
    expect(hero).toMatchObject({
      ...{ isArchived: false, isPaused: true, trafficFraction: 0.5, description: null },
      excludedClients: await countOf('sixpack:e:home-hero:excluded'),
    })
    expect(hero?.excludedClients).toBeGreaterThan(1000)
    expect(search).toMatchObject({ isPaused: false, winner: null, kpis: ['click', 'purchase'] })
    const orange = (await read(tests().alternatives)).filter(({ isWinner }) => isWinner)
    expect(orange).toMatchObject([
      { experiment: 'buy-button', alternative: 'orange', position: 1, isControl: false },
    ])
  })

  it('finds the sample written as Sixpack itself writes', async () => {
    const [names] = (await admin.send([['KEYS', 'sixpack:*:fee-display:*']])) as [Buffer[]]
    const [day, month, year] = ['2026-11-03', '2026-11', '2026']
    expect(names.map(String)).toEqual(
      expect.arrayContaining(
        [
          ...['e:fee-display:alternatives', 'p:fee-display:days', 'c:fee-display:years'],
          ...['all', day, month, year].flatMap((span) => [
            `p:fee-display:_all:${span}`,
            `p:fee-display:up-front:${span}`,
            `c:fee-display:_all:users:${span}`,
            `c:fee-display:up-front:users:${span}`,
          ]),
        ].map((key) => `sixpack:${key}`),
      ),
    )
    // The ids of an archived experiment are gone, those of another are the places they came in.
    expect(names.map(String)).not.toContain('sixpack:e:fee-display:users')
    const [last] = await admin.send([['ZCARD', 'sixpack:e:search-layout:users']])
    expect((await bitsOf('sixpack:p:search-layout:_all:all')).at(-1)).toBe(Number(last) - 1)
    const both = await Promise.all(
      ['list', 'map'].map((name) => bitsOf(`sixpack:p:search-layout:${name}:all`)),
    )
    expect(new Set(both.flat()).size).toBe(both.flat().length)
    expect(both.flat().length).toBe(await countOf('sixpack:p:search-layout:_all:all'))
  })

  it('shows an alternative that sells better', async () => {
    const rows = (await read(tests().participations)).filter(({ kpi }) => kpi === 'purchase')
    const rate = (name: string) => {
      const own = rows.filter(({ alternative }) => alternative === name)
      const [bought, came] = [own.map((r) => r.conversions), own.map((r) => r.participants)]
      return bought.reduce((a, b) => a + b, 0) / came.reduce((a, b) => a + b, 0)
    }
    expect(rate('map') / rate('list')).toBeGreaterThan(1.15)
  })

  /** An experiment of two alternatives, by hand. */
  const declare = (prefix: string, name: string, ...fields: (string | Buffer)[]) =>
    admin.send([
      ['SADD', `${prefix}:e`, name],
      ['HSET', `${prefix}:e:${name}`, ...fields],
      ['RPUSH', `${prefix}:e:${name}:alternatives`, 'no', 'yes'],
    ])

  it('reads the conversions of a KPI, not those of none, on days of its own', async () => {
    await declare('kpi', 'fees', 'created_at', '2026-11-01 08:00', 'traffic_fraction', '1')
    await admin.send([
      ['SADD', 'kpi:e:fees:kpis', 'purchase'],
      ['SADD', 'kpi:p:fees:days', '2026-11-01'],
      ['SADD', 'kpi:c:fees:days', '2026-11-01'],
      ['SADD', 'kpi:c:fees/purchase:days', '2026-11-02'],
      ...[0, 1, 9].map((bit) => ['SETBIT', 'kpi:p:fees:yes:2026-11-01', bit, 1]),
      ...[1, 9].map((bit) => ['SETBIT', 'kpi:c:fees:yes:users:2026-11-01', bit, 1]),
      // The same day of no KPI, which Sixpack's own page shows in place of the KPI's.
      ...[0, 1, 9].map((bit) => ['SETBIT', 'kpi:c:fees:yes:users:2026-11-02', bit, 1]),
      ['SETBIT', 'kpi:c:fees/purchase:yes:users:2026-11-02', 9, 1],
      ['SETBIT', 'kpi:c:fees/purchase:yes:users:all', 9, 1],
      ...[1, 9].map((bit) => ['SETBIT', 'kpi:c:fees:yes:users:all', bit, 1]),
    ])
    const rows = await read(tests('kpi').participations)
    const told = rows.map((r) =>
      [r.alternative, r.kpi, r.date, r.participants, r.conversions].join(' '),
    )
    expect(told).toEqual([
      'no  2026-11-01 0 0',
      'yes  2026-11-01 3 2',
      'no purchase 2026-11-01 0 0',
      'no purchase 2026-11-02 0 0',
      'yes purchase 2026-11-01 3 0',
      'yes purchase 2026-11-02 0 1',
    ])
    expect(await read(tests('kpi').alternatives)).toMatchObject([
      { alternative: 'no', participants: 0, conversions: 0 },
      { alternative: 'yes', participants: 0, conversions: 3 },
    ])
  })

  it('takes what an old or odd experiment holds', async () => {
    const bytes = Buffer.from('caf\xe9', 'latin1')
    await declare('odd', 'a_B-1', 'traffic_fraction', 'False', 'description', bytes)
    notes.length = 0
    expect(await read(tests('odd').experiments)).toEqual([
      {
        ...{ name: 'a_B-1', description: 'caf�', createdAt: null, trafficFraction: 1 },
        ...{ isArchived: false, isPaused: false, winner: null, kpis: [], excludedClients: 0 },
        alternatives: ['no', 'yes'],
      },
    ])
    expect(notes).toEqual(['bytes that are not UTF-8 replaced by �'])
  })

  it('leaves out an experiment that is deleted meanwhile', async () => {
    for (const name of ['first', 'second']) await declare('short', name, 'paused', '1')
    notes.length = 0
    const remove = () =>
      admin.send([
        ['SREM', 'short:e', 'second'],
        ['DEL', 'short:e:second', 'short:e:second:alternatives'],
      ])
    const found = await read(tests('short').experiments, remove)
    expect(found.map(({ name }) => name)).toEqual(['first'])
    expect(notes).toEqual(['experiments without alternatives left out'])
  })

  it('does not take a wrong prefix or database for a Sixpack without experiments', async () => {
    await expect(read(tests('sxp').participations)).rejects.toMatchObject({
      name: 'SourceRefused',
      message: expect.stringMatching(
        /^sixpack: Sixpack has no experiments at sxp:e: redis_prefix and /,
      ),
    })
  })

  it('refuses a key that is not what Sixpack writes, and names it', async () => {
    await declare('bad', 'fees', 'paused', '1')
    await admin.send([['HSET', 'bad:p:fees:days', 'not', 'a set']])
    await expect(read(tests('bad').participations)).rejects.toMatchObject({
      name: 'SourceRefused',
      message: expect.stringMatching(/^sixpack: WRONGTYPE .*, to SMEMBERS bad:p:fees:days$/),
    })
  })
})
