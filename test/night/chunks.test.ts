import { zstdDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import type { RowDataPacket } from 'mysql2/promise'
import { decimal, integer, mirror, mysql, timestamp, timestamptz, varchar } from '#lib'
import { graphOf } from '../../lib/graph/graph.ts'
import type { CopyManifest, Extract } from '../../lib/manifest/manifest.ts'
import {
  type Chunk,
  type ChunkInput,
  chunkTask,
  itemsOf,
  planTask,
  sealTask,
} from '../../lib/night/chunks.ts'
import { prepareNight } from '../../lib/night/prepare.ts'
import { attemptPrefix, chunkFailureKey, failureKey, readReceipt } from '../../lib/night/receipt.ts'
import { noteFailure } from '../../lib/night/report.ts'
import { type TaskResult, tableOf } from '../../lib/night/task.ts'
import { extractTask, loadTask } from '../../lib/night/tasks.ts'
import { definition, type Tabled } from '../../lib/table/definition.ts'
import { findServer } from '../../local/mysql/server.ts'
import { conclude } from './conclude.ts'
import { type NightStage, startStage } from './stage.ts'

const suite = findServer() ? describe : describe.skip
const shop = mysql('shop', { secret: 'shop', primary: true })
const columns = { id: decimal(20, 0).primaryKey(), note: varchar(200).nullable() }

describe('the chunks of a plan', () => {
  it('are one without cuts, and have open ends', () => {
    const [only] = itemsOf([])
    expect(itemsOf([])).toHaveLength(1)
    expect(only).toEqual({ chunk: 0, from: null, to: null, since: null, keys: false })
    expect(itemsOf(['-5', '7']).map(({ from, to }) => [from, to])).toEqual([
      [null, '-5'],
      ['-5', '7'],
      ['7', null],
    ])
  })
})

suite('a table that is read in chunks', () => {
  let stage: NightStage
  beforeAll(async () => {
    jest.spyOn(process.stdout, 'write').mockImplementation(() => true)
    stage = await startStage()
  }, 60_000)
  afterAll(() => stage?.stop())

  function begin(name: string, table: Tabled, { force = false } = {}) {
    const tools = { ...stage.tools, graph: graphOf([table]) }
    const itemsIn = async ({ chunks }: TaskResult) =>
      (await tools.bucket.get<Chunk[]>(chunks?.key ?? '')) ?? []
    const inputOf = ({ date, run, attempt = '' }: TaskResult, item: Chunk): ChunkInput => ({
      ...{ table: name, date, run, attempt },
      range: item,
    })
    const prefixOf = ({ date, attempt = '' }: TaskResult) =>
      attemptPrefix(table[definition], date, attempt)
    const plan = (date: string) =>
      planTask(tools, { table: name, date, run: `run-${date}`, tables: [], force })
    return {
      tools,
      plan,
      itemsIn,
      chunk: (planned: TaskResult, item: Chunk) => chunkTask(tools, inputOf(planned, item)),
      seal: (planned: TaskResult) => sealTask(tools, planned),
      load: (sealed: TaskResult) => loadTask(tools, sealed),
      prefixOf,
      async night(date: string) {
        const planned = await plan(date)
        const items = await itemsIn(planned)
        await Promise.all(items.map((item) => chunkTask(tools, inputOf(planned, item))))
        return { items, loaded: await loadTask(tools, await sealTask(tools, planned)) }
      },
      rows: () => stage.ask(`select id from ${name} order by id`),
      left: () => tools.bucket.list(`staging/shop/public.${name}/`),
    }
  }
  const mirrorOf = (name: string, rows = 1000) =>
    mirror(shop.table(name), { columns, chunks: { by: 'id', rows } })

  it('is planned, read range by range, sealed and loaded once', async () => {
    await stage.admin.query(`CREATE TABLE even (id int PRIMARY KEY, note varchar(99))`)
    await stage.admin.query(`INSERT INTO even SELECT seq, MD5(seq) FROM seq_1_to_20000`)
    const { plan, itemsIn, chunk, seal, load, left, tools, prefixOf } = begin(
      'even',
      mirrorOf('even', 4000),
    )
    const planned = await plan('2026-11-03')
    expect(JSON.stringify(planned).length).toBeLessThan(600)
    const items = await itemsIn(planned)
    expect(planned).toMatchObject({ outcome: 'planned', chunks: { count: items.length } })
    expect(items.length).toBeGreaterThan(3)
    expect(items.length).toBeLessThan(20)
    let total = 0
    for (const item of items) {
      const { rows, ...facts } = await chunk(planned, item)
      expect(rows).toBeLessThan(8000)
      expect(JSON.stringify(facts).length).toBeLessThan(200)
      total += rows
    }
    expect(total).toBe(20_000)
    const sealed = await seal(planned)
    expect(sealed).toMatchObject({ outcome: 'extracted', rows: 20_000, days: ['2026-11-03'] })
    // A second seal, as after a lost answer, says the same.
    expect(await seal(planned)).toMatchObject({ rows: 20_000 })
    const manifest = await tools.bucket.get<CopyManifest>(`${prefixOf(planned)}/manifest.json`)
    expect(manifest?.entries).toHaveLength(items.length)
    expect(await load(sealed)).toMatchObject({ outcome: 'loaded', rows: 20_000 })
    // What the night cost is reckoned from it.
    const receipt = await readReceipt(tools.bucket, tableOf(tools.graph, 'even'), '2026-11-03')
    expect(receipt).toMatchObject({
      worked: { from: expect.any(String), to: expect.any(String) },
      read: { chunks: items.length, seconds: expect.any(Number) },
    })
    expect(receipt?.read?.seconds).toBeGreaterThan(0)
    expect(await stage.ask('select count(*), sum(id) from even')).toEqual([['20000', '200010000']])
    expect(await stage.ask(`select count(*) from usher.loads where table_name = 'even'`)).toEqual([
      ['1'],
    ])
    expect(await left()).toEqual([])
  })

  it('is complete the next time, and passes through all of its tasks', async () => {
    const { plan, seal, load } = begin('even', mirrorOf('even'))
    const planned = await plan('2026-11-03')
    expect(planned).toMatchObject({ outcome: 'complete', rows: 20_000 })
    expect(await load(await seal(planned))).toEqual(planned)
  })

  it('has every row in one chunk, whatever the keys, and those that come meanwhile', async () => {
    await stage.admin.query(`CREATE TABLE wide (id bigint PRIMARY KEY, note varchar(99))`)
    await stage.admin.query(
      `INSERT INTO wide SELECT CAST(seq AS SIGNED) - 3000, NULL FROM seq_1_to_4000`,
    )
    await stage.admin.query(
      `INSERT INTO wide SELECT 9223372036854770000 + seq, '' FROM seq_1_to_3000`,
    )
    await stage.admin.query(`INSERT INTO wide VALUES (-9223372036854775800, 'first')`)
    const { plan, itemsIn, chunk, seal, load, rows } = begin('wide', mirrorOf('wide', 500))
    const planned = await plan('2026-11-03')
    const items = await itemsIn(planned)
    expect(items.length).toBeGreaterThan(5)
    await stage.admin.query(`INSERT INTO wide VALUES (-9223372036854775808, 'before'),
      (9223372036854775807, 'after'), (500000, 'between')`)
    for (const item of items) await chunk(planned, item)
    expect(await load(await seal(planned))).toMatchObject({ rows: 7004 })
    const ids = (await rows()).map(([id]) => BigInt(id ?? ''))
    expect(new Set(ids).size).toBe(7004)
    expect(ids.at(0)).toBe(-(2n ** 63n))
    expect(ids.at(-1)).toBe(2n ** 63n - 1n)
  })

  it('takes unsigned keys beyond what a number holds', async () => {
    await stage.admin.query(`CREATE TABLE large (id bigint unsigned PRIMARY KEY, note text)`)
    await stage.admin.query(
      `INSERT INTO large SELECT 18446744073709540000 + seq, 'x' FROM seq_1_to_3000`,
    )
    await stage.admin.query(`INSERT INTO large SELECT seq, 'x' FROM seq_1_to_10`)
    const { night, rows } = begin('large', mirrorOf('large', 500))
    const { items, loaded } = await night('2026-11-03')
    expect(items.length).toBeGreaterThan(3)
    expect(loaded).toMatchObject({ rows: 3010 })
    expect((await rows()).at(-1)).toEqual(['18446744073709543000'])
  })

  it.each([
    ['no row', '', 0],
    ['one row', '(7, NULL)', 1],
  ])('is one chunk where there is %s', async (_what, values, count) => {
    await stage.admin.query(`CREATE OR REPLACE TABLE small (id int PRIMARY KEY, note text)`)
    if (values) await stage.admin.query(`INSERT INTO small VALUES ${values}`)
    const { night, rows } = begin('small', mirrorOf('small'))
    const { items, loaded } = await night(`2026-11-0${count + 1}`)
    expect(items).toHaveLength(1)
    expect(loaded).toMatchObject({ outcome: 'loaded', rows: count })
    expect(await rows()).toHaveLength(count)
  })

  it('counts the try that ended last, whole, and never a part of another', async () => {
    await stage.admin.query(`CREATE TABLE tried (id int PRIMARY KEY, note varchar(999))`)
    await stage.admin.query(`INSERT INTO tried SELECT seq, MD5(seq) FROM seq_1_to_5000`)
    const { plan, itemsIn, chunk, seal, load, tools, prefixOf, left } = begin(
      'tried',
      mirrorOf('tried', 2000),
    )
    const planned = await plan('2026-11-03')
    const [first, ...others] = await itemsIn(planned)
    if (!first || others.length === 0) throw new Error('too few chunks')
    for (const item of others) await chunk(planned, item)
    // The first dies half way.
    await stage.admin.query(`UPDATE tried SET note = REPEAT('x', 300) WHERE id = 1500`)
    await expect(chunk(planned, first)).rejects.toMatchObject({ name: 'BadValue' })
    await stage.admin.query(`UPDATE tried SET note = '' WHERE id = 1500`)
    await expect(seal(planned)).rejects.toThrow(
      `tried: chunk 0 of 0 to ${others.length} was not extracted: run it again`,
    )
    // One that was thought dead goes on, and ends after the next; it saw another table.
    await chunk(planned, first)
    await stage.admin.query(`UPDATE tried SET note = 'again' WHERE id = 1`)
    await chunk(planned, first)
    const chosen = await tools.bucket.get<Extract>(`${prefixOf(planned)}/chunk-00000/extract.json`)
    expect(new Set(chosen?.parts.map(({ key }) => key.replace(/\/part-.*/, ''))).size).toBe(1)
    const sealed = await seal(planned)
    expect(sealed).toMatchObject({ rows: 5000 })
    expect(await load(sealed)).toMatchObject({ rows: 5000 })
    expect(await stage.ask('select note from tried where id = 1')).toEqual([['again']])
    // What lost is left for the bucket's rule, and is of no harm.
    expect(await left()).toHaveLength(1)
  })

  it('knows one word for NULL in all its files', async () => {
    await stage.admin.query(`CREATE TABLE holes (id int PRIMARY KEY, note varchar(99))`)
    await stage.admin.query(`INSERT INTO holes SELECT seq, NULL FROM seq_1_to_3000`)
    const { plan, itemsIn, chunk, seal, tools, load } = begin('holes', mirrorOf('holes', 1000))
    const planned = await plan('2026-11-03')
    for (const item of await itemsIn(planned)) await chunk(planned, item)
    const sealed = await seal(planned)
    const extract = await tools.bucket.get<Extract>(
      `${attemptPrefix(mirrorOf('holes')[definition], '2026-11-03', planned.attempt ?? '')}/extract.json`,
    )
    for (const { key } of extract?.parts ?? []) {
      const bytes = Buffer.concat(await (await tools.bucket.stream(key)).toArray())
      const words = zstdDecompressSync(bytes)
        .toString()
        .match(/NULL_\w+/g)
      expect(new Set(words)).toEqual(new Set([extract?.format.marker]))
    }
    await load(sealed)
    expect(await stage.ask('select count(*) from holes where note is null')).toEqual([['3000']])
  })

  it('never takes a value for NULL: a chunk that holds the word fails, and another plan has another', async () => {
    await stage.admin.query(`CREATE TABLE words (id int PRIMARY KEY, note varchar(99))`)
    await stage.admin.query(`INSERT INTO words SELECT seq, NULL FROM seq_1_to_9`)
    const { plan, itemsIn, chunk, seal, load } = begin('words', mirrorOf('words'))
    const planned = await plan('2026-11-03')
    const word = `NULL_${planned.attempt?.slice(-8)}`
    await stage.admin.query(`UPDATE words SET note = ? WHERE id = 7`, [word])
    const [item] = await itemsIn(planned)
    await expect(chunk(planned, item as Chunk)).rejects.toMatchObject({
      name: 'Transient',
      message: `words.note: the NULL marker ${word} occurs in the data: once it is read anew, it is another`,
    })
    await expect(seal(planned)).rejects.toThrow('chunk 0 of 0 to 0 was not extracted')
    const again = await plan('2026-11-03')
    await chunk(again, (await itemsIn(again))[0] as Chunk)
    await load(await seal(again))
    expect(await stage.ask('select id, note from words where note is not null')).toEqual([
      ['7', word],
    ])
  })

  it('is refused where no index begins with the key, in one sentence', async () => {
    await stage.admin.query(`CREATE TABLE unkeyed (id int, note varchar(99))`)
    const { plan } = begin('unkeyed', mirrorOf('unkeyed'))
    await expect(plan('2026-11-03')).rejects.toMatchObject({
      name: 'SourceRefused',
      message:
        'shop.unkeyed has no index that begins with id: its chunks must go by a column that has one',
    })
  })

  it('may be read in one piece all the same', async () => {
    const { tools } = begin('even', mirrorOf('even'))
    const task = { table: 'even', date: '2026-11-09', run: 'one', tables: [], force: false }
    expect(await loadTask(tools, await extractTask(tools, task))).toMatchObject({ rows: 20_000 })
  })

  it('reads its changes in one chunk, and its keys in all of them', async () => {
    await stage.admin.query(`CREATE TABLE both_ways (id int PRIMARY KEY, note varchar(99),
      updated_at timestamp(6) NOT NULL, KEY (updated_at))`)
    await stage.admin.query(
      `INSERT INTO both_ways SELECT seq, '', '2026-11-01 10:00' FROM seq_1_to_6000`,
    )
    await stage.admin.query(`UPDATE both_ways SET updated_at = '2026-11-02 10:00' WHERE id = 1`)
    const own = { ...columns, id: integer().primaryKey(), updated_at: timestamptz() }
    const table = mirror(shop.table('both_ways'), {
      columns: own,
      incremental: { cursor: 'updated_at', reconcile: { days: 7 } },
      chunks: { by: 'id', rows: 1000 },
    })
    const { night, plan, itemsIn, chunk, seal, load, left } = begin('both_ways', table)
    const whole = await night('2026-11-03')
    expect(whole.items.length).toBeGreaterThan(3)
    expect(whole.loaded).toMatchObject({ rows: 6000 })

    await stage.admin.query(
      `UPDATE both_ways SET note = 'new', updated_at = '2026-11-03' WHERE id = 6000`,
    )
    const changes = await night('2026-11-04')
    expect(changes.items).toEqual([
      { chunk: 0, from: null, to: null, since: '2026-11-02 09:45:00.000000', keys: false },
    ])
    expect(changes.loaded).toMatchObject({ rows: 2 })

    await stage.admin.query(`DELETE FROM both_ways WHERE id IN (2, 3000, 5999)`)
    const planned = await plan('2026-11-10')
    const items = await itemsIn(planned)
    expect(items.length).toBeGreaterThan(3)
    expect(items.every(({ keys, since }) => keys && since !== null)).toBe(true)
    // It is above the bound of the plan: seen now, and once more the next night.
    await stage.admin.query(`INSERT INTO both_ways VALUES (7000, 'meanwhile', '2026-11-04')`)
    for (const item of items) await chunk(planned, item)
    expect(await load(await seal(planned))).toMatchObject({ rows: 2 })
    expect(await stage.ask('select count(*), max(id) from both_ways')).toEqual([['5998', '7000']])
    expect((await night('2026-11-11')).loaded).toMatchObject({ rows: 2 })
    expect(await left()).toEqual([])
  })

  it('reads its changes in ranges once they are many, as after a bulk UPDATE', async () => {
    await stage.admin.query(`CREATE TABLE bulk (id int PRIMARY KEY, note varchar(99),
      updated_at datetime(6) NOT NULL, KEY (updated_at))`)
    await stage.admin.query(
      `INSERT INTO bulk SELECT seq, MD5(seq), '2026-11-01' + INTERVAL seq SECOND FROM seq_1_to_6000`,
    )
    const table = mirror(shop.table('bulk'), {
      columns: { ...columns, id: integer().primaryKey(), updated_at: timestamp() },
      incremental: { cursor: 'updated_at' },
      chunks: { by: 'id', rows: 1000 },
    })
    const { night, plan, itemsIn, tools } = begin('bulk', table)
    await night('2026-11-03')
    await stage.admin.query(`UPDATE bulk SET note = '', updated_at = '2026-11-03' WHERE id > 1000`)
    const changes = await night('2026-11-04')
    expect(changes.items.length).toBeGreaterThan(3)
    expect(changes.items.every(({ since, keys }) => since !== null && !keys)).toBe(true)
    expect(changes.loaded).toMatchObject({ rows: 5000 })
    expect(await stage.ask(`select count(*) from bulk where note = ''`)).toEqual([['5000']])

    // Where a time is over, it says what helps: here a range that is one of several.
    const planned = await plan('2026-11-05')
    const [item] = await itemsIn(planned)
    const input = { table: 'bulk', date: '2026-11-05', run: 'late', attempt: 'late' }
    const late = chunkTask({ ...tools, milliseconds: 0 }, { ...input, range: item as Chunk })
    await expect(late).rejects.toMatchObject({
      name: 'OutOfTime',
      message: expect.stringContaining('Declare fewer rows in the chunks of its mirror'),
    })
    const one = { ...(item as Chunk), from: null, to: null }
    await expect(
      chunkTask({ ...tools, milliseconds: 0 }, { ...input, range: one }),
    ).rejects.toThrow('Run it with "force": true, which reads all rows, in ranges')
  })

  it('has not failed where the server takes no more connections', async () => {
    await stage.admin.query(`CREATE TABLE full (id int PRIMARY KEY, note varchar(9))`)
    await stage.admin.query(`INSERT INTO full SELECT seq, 'x' FROM seq_1_to_9`)
    const table = mirrorOf('full')
    const { plan, itemsIn, chunk, tools } = begin('full', table)
    const planned = await plan('2026-11-03')
    const [item] = await itemsIn(planned)
    const asked = 'SELECT @@GLOBAL.max_connections AS most'
    const [[limit] = []] = await stage.admin.query<RowDataPacket[]>(asked)
    // The administrator's connection is one of them.
    await stage.admin.query('SET GLOBAL max_connections = 10')
    const others = await Promise.all(Array.from({ length: 9 }, () => stage.connect()))
    try {
      await expect(chunk(planned, item as Chunk)).rejects.toMatchObject({ name: 'Busy' })
    } finally {
      await stage.admin.query(`SET GLOBAL max_connections = ${limit?.most}`)
      for (const other of others) other.destroy()
    }
    const key = chunkFailureKey(table[definition], 'run-2026-11-03')
    expect(await tools.bucket.get(key)).toBeUndefined()
    expect(await chunk(planned, item as Chunk)).toMatchObject({ rows: 9 })
  })

  it('takes back why a chunk has failed once another try has not', async () => {
    await stage.admin.query(`CREATE TABLE mended (id int PRIMARY KEY, note varchar(999))`)
    await stage.admin.query(`INSERT INTO mended SELECT seq, REPEAT('x', 300) FROM seq_1_to_9`)
    const table = mirrorOf('mended')
    const { plan, itemsIn, chunk, tools } = begin('mended', table)
    const planned = await plan('2026-11-03')
    const [item] = await itemsIn(planned)
    await expect(chunk(planned, item as Chunk)).rejects.toMatchObject({ name: 'BadValue' })
    await stage.admin.query(`UPDATE mended SET note = 'short'`)
    const key = chunkFailureKey(table[definition], 'run-2026-11-03')
    // Another chunk, which says nothing of this one.
    await chunk(planned, { ...(item as Chunk), chunk: 1 })
    expect(await tools.bucket.get(key)).toMatchObject({ chunk: 0, error: 'BadValue' })
    await chunk(planned, item as Chunk)
    expect(await tools.bucket.get(key)).toBeUndefined()
  })

  it('says in the report what a chunk of it said, and forgets that when it goes round again', async () => {
    await stage.admin.query(`CREATE TABLE wrong (id int PRIMARY KEY, note varchar(999))`)
    await stage.admin.query(`INSERT INTO wrong SELECT seq, REPEAT('x', 300) FROM seq_1_to_9`)
    const table = mirrorOf('wrong')
    const { plan, itemsIn, chunk, tools } = begin('wrong', table)
    const planned = await plan('2026-11-03')
    const [item] = await itemsIn(planned)
    await expect(chunk(planned, item as Chunk)).rejects.toMatchObject({ name: 'BadValue' })

    const run = 'run-2026-11-03'
    const key = failureKey(table[definition], run)
    // A failure of another state is not a chunk's, whatever a chunk said before.
    await noteFailure(tools, { table: 'wrong', run, error: { Error: 'States.Timeout' } })
    expect(await tools.bucket.get(key)).toMatchObject({ error: 'States.Timeout' })
    const error = {
      Error: 'States.ExceedToleratedFailureThreshold',
      Cause: 'The specified tolerated failure threshold was exceeded',
    }
    await noteFailure(tools, { table: 'wrong', run, error })
    expect(await tools.bucket.get(key)).toEqual({
      ...{ table: 'wrong', chunk: 0 },
      error: 'BadValue',
      reason: expect.stringMatching(/^chunk 0: wrong\.note: .*in the row with id '1'/),
    })
    const night = { date: '2026-11-03', run, tables: [], force: false, redrives: 0, redriven: 0 }
    await expect(conclude(tools, night)).rejects.toThrow('wrong failed: chunk 0: wrong.note: ')

    const execution = {
      ...{ input: { date: '2026-11-03' }, run, execution: run },
      ...{ redrives: 1, startedAt: new Date().toISOString() },
    }
    const isRunning = async () => false
    await prepareNight({ ...tools, timeZone: 'UTC', isRunning }, execution)
    expect(await tools.bucket.list(`runs/${run}/public.wrong.`)).toEqual([])
  })
})
