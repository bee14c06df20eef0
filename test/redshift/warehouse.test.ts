import { PassThrough } from 'node:stream'
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import {
  date,
  decimal,
  generator,
  integer,
  runDate,
  sql,
  table,
  timestamp,
  transform,
  varbyte,
  varchar,
} from '#lib'
import { Failure } from '../../lib/error.ts'
import type { Bucket } from '../../lib/manifest/bucket.ts'
import { conclude, extract } from '../../lib/manifest/extract.ts'
import type { Extract } from '../../lib/manifest/manifest.ts'
import type { Load } from '../../lib/redshift/audit.ts'
import type { Warehouse } from '../../lib/redshift/client.ts'
import { journalOf } from '../../lib/redshift/journal.ts'
import { loadTable, transformTable } from '../../lib/redshift/load.ts'
import { prepareTable } from '../../lib/redshift/schema.ts'
import { definition } from '../../lib/table/definition.ts'
import { startWarehouse, type WarehouseStage } from './stage.ts'

type Sale = { id: number; day: string; amount: string; note: string | null }

let stage: WarehouseStage
let bucket: Bucket
let warehouse: Warehouse
let rows: Sale[] = []

beforeAll(async () => {
  stage = await startWarehouse()
  ;({ bucket, warehouse } = stage)
})
afterAll(() => stage.stop())
beforeEach(() => {
  rows = [
    { id: 1, day: '2026-11-23', amount: '1.50', note: 'first, "quoted"\nand more' },
    { id: 2, day: '2026-11-23', amount: '2.50', note: '' },
    { id: 3, day: '2026-11-23', amount: '3.50', note: null },
  ]
})

const columns = {
  id: integer().primaryKey(),
  day: date(),
  amount: decimal(10, 2),
  note: varchar(100).nullable(),
}
const sales = (name: string, publish?: 'replace' | { merge: 'amount' } | { partition: 'day' }) =>
  table(name, { columns, publish, from: generator(() => rows), row: (row) => row })

let attempts = 0
async function extracted(own: ReturnType<typeof sales>) {
  const prefix = `staging/${own[definition].id}/${++attempts}`
  const signal = new AbortController().signal
  await extract({ table: own[definition], date: '2026-11-23', bucket, prefix, signal })
  return prefix
}
const copyRole = 'arn:aws:iam::111111111111:role/copy'
const workOf = (own: ReturnType<typeof sales>, prefix: string, run: string) => ({
  ...{ warehouse, bucket, table: own[definition], date: '2026-11-23', run, prefix, copyRole },
})
const loaded = (own: ReturnType<typeof sales>, prefix: string, run = `run-${attempts}`) =>
  loadTable(workOf(own, prefix, run))
const load = async (own: ReturnType<typeof sales>) => loaded(own, await extracted(own))
const ask = async (text: string) =>
  (await warehouse.query({ text, parameters: {} })).map((row) => Object.values(row))

describe('a load', () => {
  it('creates the table and publishes exactly the rows of the extract', async () => {
    const own = sales('sales')
    expect(await load(own)).toBe(3)
    expect(await ask('select id, day, amount, note from sales order by id')).toEqual([
      ['1', '2026-11-23', '1.50', 'first, "quoted"\nand more'],
      ['2', '2026-11-23', '2.50', ''],
      ['3', '2026-11-23', '3.50', null],
    ])
  })

  it('leaves what one load would have left when it is done twice', async () => {
    const own = sales('twice')
    const prefix = await extracted(own)
    await loaded(own, prefix, 'one-run')
    expect(await loaded(own, prefix, 'one-run')).toBe(3)
    expect(await ask(`select count(*) from usher.loads where table_name = 'twice'`)).toEqual([
      ['1'],
    ])
    await loaded(own, prefix, 'another-run')
    expect(await ask('select count(*) from twice')).toEqual([['3']])
  })

  it('goes by when it was read, and gives a journal of before the columns for that', async () => {
    const own = sales('aged')
    const [first, second] = [await extracted(own), await extracted(own)]
    const journal = [
      'create table usher.loads_of_aged (run varchar(80) not null, run_date date not null)',
      `insert into usher.loads_of_aged values ('before', cast('2026-11-23' as date))`,
    ]
    await warehouse.transaction(
      'a journal of before',
      journal.map((text) => ({ text, parameters: {} })),
    )
    expect(await loaded(own, second, 'second')).toBe(3)
    const overtaken: unknown[] = []
    const work = { ...workOf(own, first, 'first'), overtaken: (by: Load) => overtaken.push(by) }
    expect(await loadTable(work)).toBe(3)
    expect(overtaken).toEqual([{ run: 'second', date: '2026-11-23' }])
    expect(
      await ask('select run, read_until > read_at from usher.loads_of_aged order by run'),
    ).toEqual([
      ['before', null],
      ['second', 'true'],
    ])
  })

  it('becomes one transaction where two Lambdas do it at once', async () => {
    const own = sales('at_once')
    const prefix = await extracted(own)
    await prepareTable(warehouse, own[definition])
    const both = await Promise.all([loaded(own, prefix, 'same'), loaded(own, prefix, 'same')])
    expect(both).toEqual([3, 3])
    expect(await ask(`select count(*) from usher.loads where table_name = 'at_once'`)).toEqual([
      ['1'],
    ])
    expect(await ask('select count(*) from at_once')).toEqual([['3']])
  })

  it('is done anew when it is tried again after a failure', async () => {
    const fill = [{ text: 'insert into mended values (1)', parameters: {} }]
    await expect(warehouse.transaction('tried', fill)).rejects.toThrow('mended')
    await warehouse.transaction('mend', [{ text: 'create table mended (id int)', parameters: {} }])
    await warehouse.transaction('tried', fill)
    expect(await ask('select count(*) from mended')).toEqual([['1']])
  })

  it('outlives the time of its function, and is found again', async () => {
    const own = sales('slow')
    const prefix = await extracted(own)
    await prepareTable(warehouse, own[definition])
    const work = { warehouse, bucket, table: own[definition], date: '2026-11-23', prefix, copyRole }
    const near = performance.now() + 1000
    const hurried: Warehouse = {
      ...warehouse,
      transaction: (name, statements) => warehouse.transaction(name, statements, near),
    }
    await prepareTable(warehouse, journalOf(own[definition]))
    const late = loadTable({ ...work, warehouse: hurried, run: 'late' })
    await expect(late).rejects.toMatchObject({ name: 'StillRunning' })
    expect(await loadTable({ ...work, run: 'late' })).toBe(3)
    expect(await ask('select count(*) from slow')).toEqual([['3']])
    expect(await ask(`select count(*) from usher.loads where table_name = 'slow'`)).toEqual([['1']])
  })

  it('waits for nothing longer than its function has time', async () => {
    const own = sales('patient')
    const prefix = await extracted(own)
    const deadline = performance.now() + 60_000
    const deadlines = new Set<number | undefined>()
    const watched: Warehouse = {
      ...warehouse,
      query(statement, until) {
        deadlines.add(until)
        return warehouse.query(statement, until)
      },
      transaction(name, statements, until) {
        deadlines.add(until)
        return warehouse.transaction(name, statements, until)
      },
    }
    const work = { warehouse: watched, bucket, table: own[definition], run: 'patient', deadline }
    await loadTable({ ...work, date: '2026-11-23', prefix, copyRole })
    expect([...deadlines]).toEqual([deadline])
    const query = { text: 'select 1', parameters: {} }
    await expect(warehouse.query(query, performance.now() + 1000)).rejects.toMatchObject({
      name: 'StillRunning',
    })
  })

  it.each(['connections', 'serial_1023'])(
    'does not take the name of a table for a reason to try again: %s',
    async (name) => {
      const own = sales(name)
      const prefix = await extracted(own)
      await bucket.delete([`${prefix}/part-00000.csv.zst`])
      await expect(loaded(own, prefix)).rejects.toMatchObject({ name: 'WarehouseRefused' })
    },
  )

  it('of no rows empties the table that may be empty', async () => {
    const own = table('emptied', {
      ...{ columns, from: generator(() => rows), row: (row: Sale) => row },
      mayShrink: true,
    })
    await load(own)
    rows = []
    expect(await load(own)).toBe(0)
    expect(await ask('select count(*) from emptied')).toEqual([['0']])
  })

  it('merges by primary key, and the newest of two new rows wins', async () => {
    const own = sales('merged', { merge: 'amount' })
    await load(own)
    rows = [
      { id: 2, day: '2026-11-23', amount: '9.00', note: 'older' },
      { id: 2, day: '2026-11-23', amount: '10.00', note: 'newest' },
      { id: 4, day: '2026-11-23', amount: '4.50', note: 'new' },
    ]
    await load(own)
    expect(await ask('select id, amount, note from merged order by id')).toEqual([
      ['1', '1.50', 'first, "quoted"\nand more'],
      ['2', '10.00', 'newest'],
      ['3', '3.50', null],
      ['4', '4.50', 'new'],
    ])
  })

  it('merges no older row over a newer one, and says how many it published', async () => {
    const dated = { ...columns, changed: timestamp().nullable() }
    let news: (Sale & { changed: string | null })[] = []
    const own = table('late', {
      ...{ columns: dated, publish: { merge: 'changed' } },
      ...{ from: generator(() => news), row: (row: (typeof news)[number]) => row },
    })
    const rowOf = (id: number, note: string, changed: string | null) => ({
      ...{ id, day: '2026-11-23', amount: '1.00', note, changed },
    })
    const at = (hour: number) => `2026-11-23 ${hour}:00:00`
    news = [rowOf(1, 'kept', at(12)), rowOf(2, 'kept', at(12)), rowOf(3, 'undated', null)]
    news.push(rowOf(4, 'undated', null), rowOf(5, 'kept', at(12)), rowOf(6, 'kept', at(12)))
    expect(await load(own as never)).toBe(6)
    // Older, as new, newer than nothing, both of no date, of no date, and two of which one is newer.
    news = [rowOf(1, 'late', at(11)), rowOf(2, 'again', at(12)), rowOf(3, 'late', at(11))]
    news.push(rowOf(4, 'again', null), rowOf(5, 'late', null))
    news.push(rowOf(6, 'late', at(11)), rowOf(6, 'newest', at(13)), rowOf(7, 'new', at(10)))
    expect(await load(own as never)).toBe(5)
    const left = await ask('select id, note from late order by id')
    expect(left.map((row) => row.join(' '))).toEqual([
      ...['1 kept', '2 again', '3 late', '4 again', '5 kept', '6 newest', '7 new'],
    ])
    expect(
      await ask(`select row_count from usher.loads where table_name = 'late' order by loaded_at`),
    ).toEqual([['6'], ['5']])
  })

  it('compares bytes by which it merges as bytes', async () => {
    let token = 'b0'
    const own = table('bytes', {
      columns: { id: integer().primaryKey(), token: varbyte(4) },
      publish: { merge: 'token' },
      from: generator(() => [{ id: 1, token: Buffer.from(token, 'hex') }]),
      row: (row) => row,
    })
    for (const [next, rows, left] of [
      ['b0', 1, 'b0'],
      ['0c', 0, 'b0'],
      ['b001', 1, 'b001'],
    ] as const) {
      token = next
      expect(await load(own as never)).toBe(rows)
      expect(await ask('select token from bytes')).toEqual([[left]])
    }
  })

  it('publishes one row of each key where the source may repeat them', async () => {
    const again = { ...generator(() => [...rows, ...rows]), repeats: true as const }
    const keyed = { ...columns, id: integer().primaryKey() }
    const own = table('repeated', { columns: keyed, from: again, row: (row) => row })
    expect(await load(own as never)).toBe(3)
    expect(await ask('select id from repeated order by id')).toEqual([['1'], ['2'], ['3']])
    const loads = `select row_count from usher.loads where table_name = 'repeated'`
    expect(await ask(loads)).toEqual([['3']])
  })

  it('replaces the partition of the run date and no other', async () => {
    const own = sales('parted', { partition: 'day' })
    await load(own)
    await warehouse.transaction('older', [
      { text: `insert into parted values (9, '2026-11-22', 9, 'older')`, parameters: {} },
    ])
    rows = rows.slice(0, 1)
    await load(own)
    expect(await ask('select id from parted order by id')).toEqual([['1'], ['9']])
    rows = [{ id: 5, day: '2026-11-21', amount: '1', note: null }]
    await expect(load(own)).rejects.toThrow('parted: rows whose day is not 2026-11-23')
    expect(await ask('select id from parted order by id')).toEqual([['1'], ['9']])
  })

  it('tells what the columns are, once', async () => {
    const own = table('told', {
      columns: { id: integer().describe(`The seller's number`) },
      description: 'Sellers',
      from: generator(() => [{ id: 1 }]),
      row: (row) => row,
    })
    const prepare = () => prepareTable(warehouse, own[definition])
    await prepare()
    expect(await ask(`select remarks from svv_columns where table_name = 'told'`)).toEqual([
      [`The seller's number`],
    ])
    expect(await ask(`select remarks from svv_tables where table_name = 'told'`)).toEqual([
      ['Sellers'],
    ])
    const sent: string[] = []
    const transaction = async (name: string) => {
      sent.push(name)
      return []
    }
    await prepareTable({ ...warehouse, transaction }, own[definition])
    expect(sent).toEqual([])
  })

  it('says what to run where its primary key is another than is declared', async () => {
    let declared = { ...columns, id: integer().primaryKey() }
    const own = (publish?: { merge: 'amount' }) =>
      table('keyed', { columns: declared, publish, from: generator(() => rows), row: (row) => row })
    const run = async (text: string) => {
      for (const part of text.split(/(?<=;) ?/).filter(Boolean)) {
        const statement = { text: part.replace(/;$/, ''), parameters: {} }
        await warehouse.transaction(part, [statement])
      }
    }
    const refusal = (load: Promise<unknown>) =>
      load.then(
        () => 'none',
        ({ message }: Error) => message,
      )
    await load(own())
    declared = { ...declared, day: date().primaryKey() }
    const wider = await refusal(load(own()))
    expect(wider).toBe(
      'keyed has changed: its primary key is (id) and declared (id, day). ' +
        'Run: alter table "public"."keyed" drop constraint "keyed_pkey"; ' +
        'alter table "public"."keyed" add primary key ("id", "day");',
    )
    await run(wider.slice(wider.indexOf('alter')))
    expect(await load(own())).toBe(3)
    // What may be NULL there cannot be part of a key; without one the table can be loaded.
    await run('alter table keyed drop column amount;')
    await run('alter table keyed add column amount decimal(10,2);')
    declared = { ...declared, day: date(), amount: decimal(10, 2).primaryKey() } as never
    const nullable = await refusal(load(own({ merge: 'amount' })))
    expect(nullable).toBe(
      'keyed has changed: its primary key is (id, day) and declared (id, amount). ' +
        'Rows that were merged by the old key stay: delete those that should not. ' +
        'Run: alter table "public"."keyed" drop constraint "keyed_pkey";',
    )
    await run(nullable.slice(nullable.indexOf('alter')))
    expect(await load(own())).toBe(3)
    expect(await load(own())).toBe(3)
  })

  it('adds the columns that are new', async () => {
    const own = sales('wider')
    await load(own)
    await warehouse.transaction('narrow', [
      { text: 'alter table "public"."wider" drop column "note"', parameters: {} },
    ])
    await load(own)
    expect(await ask('select note from wider where id = 2')).toEqual([['']])
  })

  it('fails, and keeps the old rows, where COPY loads another number than was extracted', async () => {
    const own = sales('counted')
    await load(own)
    const prefix = await extracted(own)
    const whole = await bucket.get<object>(`${prefix}/extract.json`)
    await bucket.put(`${prefix}/extract.json`, { ...whole, rows: 4 })
    await expect(loaded(own, prefix)).rejects.toThrow(
      'counted: COPY did not load the 4 rows of the extract',
    )
    expect(await ask('select count(*) from counted')).toEqual([['3']])
  })

  it('says where COPY met a bad value: the file, the line, the column, the value, the reason', async () => {
    const own = sales('spoiled')
    const prefix = await extracted(own)
    const key = `${prefix}/part-00000.csv.zst`
    const csv = zstdDecompressSync(
      Buffer.concat(await (await bucket.stream(key)).toArray()),
    ).toString()
    const body = new PassThrough()
    body.end(zstdCompressSync(csv.replace('3,2026-11-23', '3,2026-11-31')))
    const etag = await bucket.upload(key, body)
    // The extract is made to speak of the file that COPY will refuse.
    const whole = await bucket.get<Extract>(`${prefix}/extract.json`)
    const parts = (await bucket.objects(key)).map(({ bytes }) => ({ key, rows: 3, bytes, etag }))
    await conclude(bucket, prefix, { ...(whole as Extract), parts })
    await expect(loaded(own, prefix)).rejects.toMatchObject({
      name: 'WarehouseRefused',
      message: expect.stringMatching(
        new RegExp(
          `^spoiled\\.day: '2026-11-31' .*date.* at line \\d+ of s3://staging/${key}$`,
          'i',
        ),
      ),
    })
    expect(await ask('select count(*) from spoiled')).toEqual([['0']])
    expect(await ask(`select count(*) from usher.loads where table_name = 'spoiled'`)).toEqual([
      ['0'],
    ])
  })

  it('fails where a part is gone', async () => {
    const own = sales('gone')
    const prefix = await extracted(own)
    const key = `${prefix}/part-00000.csv.zst`
    await bucket.delete([key])
    await expect(loaded(own, prefix)).rejects.toMatchObject({
      name: 'WarehouseRefused',
      message: expect.stringMatching(`^gone: s3://staging/${key} is gone`),
    })
    expect(await ask(`select 1 from svv_tables where table_name = 'gone'`)).toEqual([])
  })
})

describe('a transform', () => {
  it('publishes what its query gives, and says how many rows', async () => {
    const own = sales('source')
    await load(own)
    const daily = transform('daily', {
      select: {
        day: own.day,
        sales: integer().as(sql`count(*)`),
        label: varchar(40).as(sql`max(${`it's \\ a "label"`})`),
      },
      from: sql`${own} where ${own.day} = ${runDate} group by 1`,
      publish: { partition: 'day' },
    })
    const made = { warehouse, table: daily[definition], date: '2026-11-23', run: 'run' }
    expect(await transformTable(made)).toBe(1)
    expect(await ask('select day, sales, label from daily')).toEqual([
      ['2026-11-23', '3', `it's \\ a "label"`],
    ])
  })

  it('that merges says how many rows it publishes, one of each key', async () => {
    const own = sales('sources')
    await load(own)
    const days = transform('days', {
      columns: { day: date().primaryKey(), amount: decimal(10, 2) },
      query: sql`select ${own.day}, ${own.amount} from ${own}`,
      publish: { merge: 'amount' },
    })
    const made = { warehouse, table: days[definition], date: '2026-11-23', run: 'run' }
    expect(await transformTable(made)).toBe(1)
    expect(await ask('select day, amount from days')).toEqual([['2026-11-23', '3.50']])
  })

  it('that was mended is not taken for what it was, which has ended or still runs', async () => {
    const own = sales('beginning')
    await load(own)
    const plus = (more: number) =>
      transform('mended_since', {
        columns: { id: integer() },
        query: sql`select ${own.id} + ${more} as id from ${own}`,
      })[definition]
    const work = { warehouse, date: '2026-11-23', run: 'redriven' }
    const ids = () => ask('select min(id) from mended_since')
    const loads = () => ask(`select 1 from usher.loads where table_name = 'mended_since'`)
    expect(await transformTable({ ...work, table: plus(10) })).toBe(3)
    expect(await transformTable({ ...work, table: plus(10) })).toBe(3)
    expect(await loads()).toHaveLength(1)
    expect(await transformTable({ ...work, table: plus(20) })).toBe(3)
    expect(await ids()).toEqual([['21']])
    expect(await loads()).toHaveLength(2)
    // The function is lost as soon as its transaction is begun.
    let goesOn: Promise<unknown> = Promise.resolve()
    const lost: Warehouse = {
      ...warehouse,
      async transaction(name, statements, deadline, earlier) {
        if (!name.startsWith('usher redriven')) return warehouse.transaction(name, statements)
        goesOn = warehouse.transaction(name, statements, deadline, earlier)
        throw new Failure('StillRunning', 'the statement 17 goes on in Redshift')
      },
    }
    const late = transformTable({ ...work, warehouse: lost, table: plus(30) })
    await expect(late).rejects.toMatchObject({ name: 'StillRunning' })
    expect(await transformTable({ ...work, table: plus(40) })).toBe(3)
    await goesOn
    expect(await ids()).toEqual([['41']])
  })

  it('fails on a NULL where its columns take none', async () => {
    const own = sales('holes')
    await load(own)
    const notes = transform('notes', {
      columns: { note: varchar(100) },
      query: sql`select ${own.note} from ${own}`,
    })
    await expect(
      transformTable({ warehouse, table: notes[definition], date: '2026-11-23', run: 'run' }),
    ).rejects.toMatchObject({
      name: 'WarehouseRefused',
      message: expect.stringMatching(/^notes: .*null/i),
    })
  })
})
