import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import {
  bigint,
  decimal,
  fresh,
  integer,
  mirror,
  mysql,
  references,
  rowCount,
  timestamp,
  unique,
  varbyte,
  varchar,
} from '#lib'
import { graphOf } from '../../lib/graph/graph.ts'
import type { Bucket } from '../../lib/manifest/bucket.ts'
import { readReceipt, receiptKey } from '../../lib/night/receipt.ts'
import { extractTask, loadTask } from '../../lib/night/tasks.ts'
import { definition, type Tabled } from '../../lib/table/definition.ts'
import { findServer } from '../../local/mysql/server.ts'
import { type NightStage, startStage } from './stage.ts'

const suite = findServer() ? describe : describe.skip
const shop = mysql('shop', { secret: 'shop', primary: true })
const columns = {
  id: integer().primaryKey(),
  note: varchar(100),
  // Some tests make a TIMESTAMP of it, which has the same hours in a session of UTC.
  updated_at: timestamp().nullable().pinned(),
}
const incremental = { cursor: 'updated_at', overlap: { minutes: 15 } } as const

suite('a table of which a night reads only the changes', () => {
  let stage: NightStage
  beforeAll(async () => {
    jest.spyOn(process.stdout, 'write').mockImplementation(() => true)
    stage = await startStage()
  }, 60_000)
  afterAll(() => stage?.stop())

  /** A bucket to which a function that is lost writes no receipt. */
  function withoutReceipts(): Bucket {
    const { bucket } = stage.tools
    return {
      ...bucket,
      put: async (key, value) => {
        if (key.startsWith('receipts/')) throw new Error('no receipt')
        return bucket.put(key, value)
      },
    }
  }

  /** A table of MySQL with three rows, its mirror, and its nights. */
  async function begin(name: string) {
    const { admin, tools, ask } = stage
    await admin.query(`CREATE OR REPLACE TABLE ${name} (id int PRIMARY KEY, note varchar(20) NOT NULL,
      extra int NOT NULL DEFAULT 7, updated_at datetime(6), KEY (updated_at))`)
    await admin.query(`INSERT INTO ${name} (id, note, updated_at) VALUES
      (1, 'one', '2026-11-01 10:00:00'), (2, 'two', '2026-11-02 10:00:00.5'), (3, 'three', NULL)`)
    const made = mirror(shop.table(name), { columns, incremental })
    let runs = 0
    const extracted = (
      date: string,
      {
        table = made as Tabled,
        force = false,
        accept = [] as string[],
        run = `${name}-${++runs}`,
      } = {},
    ) => {
      const task = { table: name, date, run, tables: [], force, accept }
      return extractTask({ ...tools, graph: graphOf([table]) }, task)
    }
    const load = (
      result: Awaited<ReturnType<typeof extracted>>,
      table: Tabled = made,
      more: Partial<typeof tools> = {},
    ) => loadTask({ ...tools, ...more, graph: graphOf([table]) }, result)
    return {
      made,
      extracted,
      load,
      night: async (date: string, options: Parameters<typeof extracted>[1] = {}) =>
        load(await extracted(date, options), options.table),
      sql: (text: string) => admin.query(text),
      rows: () => ask(`select id, note from ${name} order by id`),
      receipt: (date: string) => readReceipt(tools.bucket, made[definition], date),
      left: async () => (await tools.bucket.list(`staging/shop/public.${name}/`)).length,
    }
  }

  it('reads all the first time, and then what changed, with what has no cursor', async () => {
    const { night, sql, rows, receipt, left } = await begin('plain')
    expect(await night('2026-11-03')).toMatchObject({ outcome: 'loaded', rows: 3 })
    expect((await receipt('2026-11-03'))?.increment).toMatchObject({
      bound: '2026-11-02 10:00:00.500000',
      reconciled: '2026-11-03',
    })
    await sql(`INSERT INTO plain (id, note, updated_at) VALUES (4, 'four', '2026-11-03 10:00:00')`)
    await sql(`UPDATE plain SET note = 'uno', updated_at = '2026-11-03 11:00:00' WHERE id = 1`)
    await sql(`UPDATE plain SET note = 'drei' WHERE id = 3`)
    // 1 and 4 changed, 2 lies in the overlap, 3 has no cursor.
    expect(await night('2026-11-04')).toMatchObject({ rows: 4 })
    expect(await night('2026-11-05')).toMatchObject({ rows: 2 })
    expect(await rows()).toEqual([
      ['1', 'uno'],
      ['2', 'two'],
      ['3', 'drei'],
      ['4', 'four'],
    ])
    expect(await left()).toBe(0)
  })

  it('finds what was committed late, and what is committed while it reads', async () => {
    const { night, extracted, load, sql, rows } = await begin('late')
    const other = await stage.connect()
    await other.query('BEGIN')
    await other.query(
      `INSERT INTO late (id, note, updated_at) VALUES (9, 'late', '2026-11-02 09:50')`,
    )
    await night('2026-11-03')
    await other.query('COMMIT')
    await other.end()
    const result = await extracted('2026-11-04')
    // Too late for this extract, and before the highest cursor that it saw.
    await sql(`INSERT INTO late (id, note, updated_at) VALUES (8, 'later', '2026-11-02 09:55')`)
    await load(result)
    expect((await rows()).map(([id]) => id)).toEqual(['1', '2', '3', '9'])
    await night('2026-11-05')
    expect((await rows()).map(([id]) => id)).toEqual(['1', '2', '3', '8', '9'])
  })

  it('is not led on by a row that lies in the future', async () => {
    const { night, sql, rows, receipt } = await begin('future')
    await sql(`INSERT INTO future (id, note, updated_at) VALUES (9, 'typo', '2962-11-02 10:00')`)
    await night('2026-11-03')
    expect((await receipt('2026-11-03'))?.increment?.bound).toBe('2026-11-02 10:00:00.500000')
    await sql(`UPDATE future SET note = 'now', updated_at = UTC_TIMESTAMP(6) WHERE id = 1`)
    await sql(`UPDATE future SET note = 'typo again' WHERE id = 9`)
    await night('2026-11-04')
    expect(await rows()).toEqual([
      ['1', 'now'],
      ['2', 'two'],
      ['3', 'three'],
      ['9', 'typo again'],
    ])
  })

  it('loses nothing to such a row where its replica lags by more than the overlap', async () => {
    const { night, sql, rows } = await begin('lagging')
    await sql(`INSERT INTO lagging (id, note, updated_at) VALUES
      (9, 'typo', '2962-11-02 10:00'), (4, 'seen', UTC_TIMESTAMP(6) - INTERVAL 31 MINUTE)`)
    await night('2026-11-03')
    // It was committed before the night, and reaches the replica after it.
    await sql(`INSERT INTO lagging (id, note, updated_at) VALUES
      (5, 'late', UTC_TIMESTAMP(6) - INTERVAL 25 MINUTE)`)
    await night('2026-11-04')
    expect((await rows()).map(([id]) => id)).toEqual(['1', '2', '3', '4', '5', '9'])
  })

  it.each([
    ['datetime(6)', '0000-00-00'],
    ['timestamp(6) NULL', '0000-00-00'],
    ['datetime(6)', '2019-05-00 23:59:59.5'],
    ['datetime(6)', '1990-00-07'],
    ['datetime(6)', '0000-11-05'],
    ['datetime', '2026-00-00'],
    ['date', '2026-10-00'],
  ])('reads again the rows that %s has at %s, which is no date', async (type, cursor) => {
    const name = `zero_${`${type} ${cursor}`.toLowerCase().replaceAll(/\W+/g, '_')}`
    const { night, sql, rows } = await begin(name)
    await sql(`SET sql_mode = ''`)
    await sql(`ALTER TABLE ${name} MODIFY updated_at ${type}`)
    await sql(`UPDATE ${name} SET updated_at = '${cursor}' WHERE id = 1`)
    await sql(`UPDATE ${name} SET updated_at = '2026-10-02' WHERE id = 3`)
    await night('2026-11-03')
    await sql(`UPDATE ${name} SET note = 'changed', updated_at = updated_at`)
    expect(await night('2026-11-04')).toMatchObject({ rows: 2 })
    expect(await rows()).toEqual([
      ['1', 'changed'],
      ['2', 'changed'],
      ['3', 'three'],
    ])
  })

  it('goes on from the highest cursor that is a date', async () => {
    const { night, sql, receipt } = await begin('no_date')
    await sql(`SET sql_mode = ''`)
    await sql(`UPDATE no_date SET updated_at = '2026-11-00' WHERE id = 2`)
    await night('2026-11-03')
    expect((await receipt('2026-11-03'))?.increment?.bound).toBe('2026-11-01 10:00:00.000000')
    await sql(`INSERT INTO no_date (id, note, updated_at) VALUES (4, 'four', '2026-11-03')`)
    expect(await night('2026-11-04')).toMatchObject({ rows: 4 })
    await sql(`DELETE FROM no_date WHERE id <> 2`)
    await night('2026-11-10')
    expect((await receipt('2026-11-10'))?.increment?.bound).toBeUndefined()
  })

  it('deletes what is gone once the keys are due', async () => {
    const { night, sql, rows, receipt, left } = await begin('gone')
    await night('2026-11-03')
    await sql('DELETE FROM gone WHERE id IN (1, 3)')
    await sql(`INSERT INTO gone (id, note, updated_at) VALUES (4, 'four', '2026-11-03 10:00:00')`)
    await night('2026-11-09')
    expect((await rows()).map(([id]) => id)).toEqual(['1', '2', '3', '4'])
    expect(await night('2026-11-10')).toMatchObject({ rows: 1 })
    expect((await rows()).map(([id]) => id)).toEqual(['2', '4'])
    expect((await receipt('2026-11-10'))?.increment?.reconciled).toBe('2026-11-10')
    expect(await left()).toBe(0)
    await sql('DELETE FROM gone')
    await expect(night('2026-11-17')).rejects.toThrow(
      'gone: 0 rows, and 2 at the last good night (2026-11-10). If that is right, run it with',
    )
    expect(await rows()).toHaveLength(2)
    await night('2026-11-17', { accept: ['gone'] })
    expect(await rows()).toEqual([])
    // Nothing has a cursor any more: all is read again.
    await sql(`INSERT INTO gone (id, note, updated_at) VALUES (1, 'new', '2026-11-01 10:00:00')`)
    await night('2026-11-18')
    expect(await rows()).toEqual([['1', 'new']])
  })

  it('says how many rows its cursor has missed, publishes nothing, and is mended by force', async () => {
    const { night, sql, rows, receipt } = await begin('missed')
    await night('2026-11-03')
    await sql(`INSERT INTO missed (id, note, updated_at) VALUES
      (7, 'old', '2020-01-01'), (8, 'old', '2020-01-01'), (4, 'four', '2026-11-03')`)
    await expect(night('2026-11-10')).rejects.toMatchObject({
      name: 'WarehouseRefused',
      message:
        'missed: 2 rows of the source never came, since the cursor did not tell of them. ' +
        'Run it with "force": true, which reads the whole table',
    })
    expect(await receipt('2026-11-10')).toBeUndefined()
    expect(await rows()).toHaveLength(3)
    expect(await night('2026-11-10', { force: true })).toMatchObject({ rows: 6 })
    expect(await rows()).toHaveLength(6)
  })

  it('begins anew where it is forced, or where other columns are declared', async () => {
    const { night, sql, rows } = await begin('anew')
    await night('2026-11-03')
    await sql('DELETE FROM anew WHERE id = 1')
    expect(await night('2026-11-04', { force: true })).toMatchObject({ rows: 2 })
    expect((await rows()).map(([id]) => id)).toEqual(['2', '3'])
    const wider = { ...columns, extra: bigint().nullable() }
    const table = mirror(shop.table('anew'), { columns: wider, incremental })
    expect(await night('2026-11-05', { table })).toMatchObject({ rows: 2 })
    expect(await stage.ask('select distinct extra from anew')).toEqual([['7']])
    expect(await night('2026-11-06', { table })).toMatchObject({ rows: 2 })
  })

  it('does not take what did not complete for done', async () => {
    const { extracted, night, sql, rows } = await begin('undone')
    await night('2026-11-03')
    await sql(`INSERT INTO undone (id, note, updated_at) VALUES (4, 'four', '2026-11-04 10:00:00')`)
    await extracted('2026-11-04')
    expect(await night('2026-11-05')).toMatchObject({ rows: 3 })
    expect((await rows()).map(([id]) => id)).toEqual(['1', '2', '3', '4'])
  })

  it('goes on after a load whose receipt was never written', async () => {
    const { night, sql, rows, made } = await begin('silent')
    await night('2026-11-03')
    await sql(`INSERT INTO silent (id, note, updated_at) VALUES (4, 'four', '2026-11-04 10:00:00')`)
    await night('2026-11-04')
    await stage.tools.bucket.delete([receiptKey(made[definition], '2026-11-04')])
    expect(await night('2026-11-05')).toMatchObject({ rows: 3 })
    expect(await night('2026-11-04')).toMatchObject({ rows: 2 })
    expect(await rows()).toHaveLength(4)
  })

  it('loads what a redriven night has read, though its first load is done', async () => {
    const { made, extracted, load, night, sql, rows } = await begin('redriven')
    await night('2026-11-03')
    const run = 'one-run'
    const first = await extracted('2026-11-04', { run })
    const lost = load(first, made, { bucket: withoutReceipts() })
    await expect(lost).rejects.toThrow('no receipt')
    await sql(`INSERT INTO redriven (id, note, updated_at) VALUES
      (4, 'lost', '2026-11-03 10:00'), (5, 'last', '2026-11-03 12:00')`)
    expect(await night('2026-11-04', { run })).toMatchObject({ rows: 4 })
    await night('2026-11-05')
    expect((await rows()).map(([id]) => id)).toEqual(['1', '2', '3', '4', '5'])
  })

  it.each(['looked', 'began'])(
    'is loaded where the transaction of an earlier try ends after the next one %s',
    async (moment) => {
      const name = `ended_${moment}`
      const { made, extracted, load, night, sql, rows } = await begin(name)
      await night('2026-11-03')
      await sql(`INSERT INTO ${name} (id, note, updated_at) VALUES (4, 'four', '2026-11-03')`)
      const result = await extracted('2026-11-04')
      const { warehouse } = stage.tools
      let tries = 0
      const earlier = async () => {
        if (tries++ > 0) return
        const lost = load(result, made, { bucket: withoutReceipts() })
        await expect(lost).rejects.toThrow('no receipt')
      }
      const late: typeof warehouse = {
        ...warehouse,
        async query(statement) {
          const found = await warehouse.query(statement)
          if (moment === 'looked' && statement.text.includes('and manifest')) await earlier()
          return found
        },
        async transaction(of, ...rest) {
          if (moment === 'began' && of.includes(`${name} 2026-11-04`)) await earlier()
          return warehouse.transaction(of, ...rest)
        },
      }
      expect(await load(result, made, { warehouse: late })).toMatchObject({ rows: 3 })
      expect(await rows()).toHaveLength(4)
      expect(tries).toBeGreaterThan(0)
    },
  )

  it('takes an earlier date after a later one, and goes on', async () => {
    const { night, sql, rows } = await begin('backfill')
    await night('2026-11-05')
    await sql(`INSERT INTO backfill (id, note, updated_at) VALUES (4, 'four', '2026-11-06')`)
    expect(await night('2026-11-04')).toMatchObject({ rows: 3 })
    expect(await night('2026-11-06')).toMatchObject({ rows: 3 })
    expect(await rows()).toHaveLength(4)
  })

  it.each([
    ['its table is gone', 'drop table base', /no longer has the 3 rows that base-1 left.* "force"/],
    ['rows of it are gone', 'delete from base where id = 1', /no longer has the 3 rows/],
    [
      'the warehouse is an older one',
      `delete from usher.loads where table_name = 'base'`,
      /since the load of base-1 for 2026-11-03, and this warehouse does not have that.* "force"/,
    ],
  ])('adds nothing where %s', async (_what, harm, sentence) => {
    const { night, sql, rows } = await begin('base')
    await night('2026-11-03', { force: true })
    await stage.change(harm)
    await sql(`INSERT INTO base (id, note, updated_at) VALUES (4, 'four', '2026-11-04 10:00:00')`)
    await expect(night('2026-11-04')).rejects.toThrow(sentence)
    expect(await night('2026-11-04', { force: true })).toMatchObject({ rows: 4 })
    expect(await rows()).toHaveLength(4)
    await stage.tools.bucket.delete(await stage.tools.bucket.list('receipts/public.base/'))
    await stage.change(`delete from usher.loads where table_name = 'base'`)
  })

  it('does not put older rows in the place of newer ones, where two nights overlap', async () => {
    const { night, extracted, load, sql, rows } = await begin('overlapping')
    await night('2026-11-03')
    const older = await extracted('2026-11-04')
    await sql(`UPDATE overlapping SET note = 'newer' WHERE id = 3`)
    await night('2026-11-05')
    await expect(load(older)).rejects.toThrow(
      'overlapping: overlapping-3 has loaded it since this extract was read: run it again',
    )
    expect(await night('2026-11-04')).toMatchObject({ outcome: 'loaded' })
    expect((await rows())[2]).toEqual(['3', 'newer'])
  })

  it.each(['before', 'behind'])(
    'tells which reading is older though the clock of the warehouse is %s',
    async (where) => {
      const name = `clock_${where}`
      const { night, extracted, load, sql, rows } = await begin(name)
      await night('2026-11-03')
      const older = await extracted('2026-11-04')
      await sql(`UPDATE ${name} SET note = 'newer' WHERE id = 3`)
      await night('2026-11-05')
      const later = await extracted('2026-11-06')
      const clock = where === 'before' ? '+' : '-'
      await stage.change(
        `update usher.loads set loaded_at = loaded_at ${clock} interval '1 hour' where table_name = '${name}'`,
      )
      await expect(load(older)).rejects.toThrow('has loaded it since this extract was read')
      expect(await load(later)).toMatchObject({ outcome: 'loaded' })
      expect((await rows())[2]).toEqual(['3', 'newer'])
    },
  )

  it.each([
    ['added', 'added: added-3 has loaded it since this extract was read: run it again'],
    ['whole', 'complete'],
  ])('does not either where they wait for each other: %s', async (name, told) => {
    const { made, extracted, load, night, sql, rows } = await begin(name)
    const table = name === 'whole' ? mirror(shop.table(name), { columns }) : made
    await night('2026-11-03', { table })
    const older = await extracted('2026-11-04', { table })
    await sql(`UPDATE ${name} SET note = 'newer', updated_at = '2026-11-04' WHERE id = 1`)
    const newer = await extracted('2026-11-05', { table })
    // The older one has looked, and waits for the lock that the newer one holds.
    const { warehouse } = stage.tools
    const late: typeof warehouse = {
      ...warehouse,
      async transaction(of, ...rest) {
        if (of.includes(`${name} 2026-11-04`)) await load(newer, table)
        return warehouse.transaction(of, ...rest)
      },
    }
    await expect(load(older, table, { warehouse: late })).rejects.toMatchObject({
      name: 'Transient',
      message: `${name}: another night has loaded it meanwhile`,
    })
    const outcome = load(older, table).then(
      ({ outcome }) => outcome,
      ({ message }) => message,
    )
    expect(await outcome).toBe(told)
    expect((await rows())[0]).toEqual(['1', 'newer'])
  })

  it('counts on a number where rows are only added', async () => {
    const { admin, tools, ask } = stage
    await admin.query(`CREATE TABLE clicks (id bigint unsigned PRIMARY KEY)`)
    await admin.query('INSERT INTO clicks VALUES (1), (18446744073709551000)')
    const table = mirror(shop.table('clicks'), {
      columns: { id: decimal(20, 0).primaryKey() },
      incremental: { cursor: 'id', overlap: 500, reconcile: 'never' },
    })
    const night = async (date: string) => {
      const graph = graphOf([table])
      const task = { table: 'clicks', date, run: date, tables: [], force: false }
      return loadTask({ ...tools, graph }, await extractTask({ ...tools, graph }, task))
    }
    expect(await night('2026-11-03')).toMatchObject({ rows: 2 })
    await admin.query(
      'INSERT INTO clicks VALUES (2), (18446744073709550600), (18446744073709551615)',
    )
    await admin.query('DELETE FROM clicks WHERE id = 1')
    expect(await night('2026-12-24')).toMatchObject({ rows: 3 })
    expect(await ask('select id from clicks order by 1')).toEqual(
      ['1', '18446744073709550600', '18446744073709551000', '18446744073709551615'].map((id) => [
        id,
      ]),
    )
  })

  it('loads nothing where what is declared as the key is not unique', async () => {
    const { admin, tools, ask } = stage
    await admin.query(`CREATE TABLE seats (hall int, id int, updated_at datetime(6) NOT NULL,
      PRIMARY KEY (hall, id))`)
    await admin.query(`INSERT INTO seats VALUES (1, 1, '2026-11-01'), (1, 2, '2026-11-01')`)
    const table = mirror(shop.table('seats'), {
      columns: { hall: integer(), id: integer().primaryKey().pinned(), updated_at: timestamp() },
      incremental: { cursor: 'updated_at', overlap: { minutes: 0 }, reconcile: { days: 1 } },
    })
    const graph = graphOf([table])
    const night = async (date: string, force = false) => {
      const task = { table: 'seats', date, run: `${date} ${force}`, tables: [], force }
      return loadTask({ ...tools, graph }, await extractTask({ ...tools, graph }, task))
    }
    const refusal = {
      name: 'WarehouseRefused',
      message:
        'seats: rows of the source have the same primary key (id): ' +
        'declare all columns of the key .primaryKey()',
    }
    await night('2026-11-03')
    // Only the keys show it, then the changes, then the whole.
    await admin.query(`INSERT INTO seats VALUES (2, 1, '2020-01-01')`)
    await expect(night('2026-11-04')).rejects.toMatchObject(refusal)
    await admin.query(`UPDATE seats SET updated_at = '2026-11-04' WHERE id = 1`)
    await expect(night('2026-11-04')).rejects.toMatchObject(refusal)
    await expect(night('2026-11-04', true)).rejects.toMatchObject(refusal)
    expect(await ask('select hall, id from seats order by id')).toEqual([
      ['1', '1'],
      ['1', '2'],
    ])
  })

  it('says what helps where its changes are not read in time', async () => {
    const { made } = await begin('slow')
    const tools = { ...stage.tools, graph: graphOf([made]), milliseconds: 0 }
    const task = { table: 'slow', date: '2026-11-03', run: 'slow', tables: [], force: false }
    await expect(extractTask(tools, task)).rejects.toMatchObject({
      name: 'OutOfTime',
      message: expect.stringContaining('Declare chunks: { by: … } in its mirror'),
    })
  })

  it('refuses a cursor that is a whole number in its declaration only', async () => {
    const { admin, tools } = stage
    await admin.query('CREATE TABLE fractions (id decimal(20,2) PRIMARY KEY)')
    await admin.query('INSERT INTO fractions VALUES (1), (2)')
    const table = mirror(shop.table('fractions'), {
      columns: { id: decimal(20, 0).primaryKey() },
      incremental: { cursor: 'id' },
    })
    const task = { table: 'fractions', date: '2026-11-03', run: '1', tables: [], force: false }
    await expect(extractTask({ ...tools, graph: graphOf([table]) }, task)).rejects.toMatchObject({
      name: 'SourceRefused',
      message:
        "shop.fractions.id is '2.00' in a row: it is declared decimal(20,0), " +
        'and must be a whole number there too',
    })
  })

  it('compares keys of bytes and of text, and of several columns', async () => {
    const { admin, tools, ask } = stage
    await admin.query(`CREATE TABLE badges (token binary(2), name varchar(10), n int NOT NULL,
      updated_at datetime(6) NOT NULL, PRIMARY KEY (token, name))`)
    await admin.query(`INSERT INTO badges VALUES (x'00ff', 'a', 1, '2026-11-01 10:00'),
      (x'0a22', '', 2, '2026-11-01 10:00'), (x'0a22', 'b,"c"', 3, '2026-11-01 10:00')`)
    const table = mirror(shop.table('badges'), {
      columns: {
        token: varbyte(2).primaryKey(),
        name: varchar(40).primaryKey(),
        n: integer(),
        updated_at: timestamp(),
      },
      incremental: { cursor: 'updated_at', reconcile: { days: 1 } },
    })
    const night = async (date: string) => {
      const graph = graphOf([table])
      const task = { table: 'badges', date, run: date, tables: [], force: false }
      return loadTask({ ...tools, graph }, await extractTask({ ...tools, graph }, task))
    }
    await night('2026-11-03')
    await admin.query(`DELETE FROM badges WHERE n = 1`)
    // To MySQL it is the same key; the warehouse tells 'B' from 'b'.
    await admin.query(`UPDATE badges SET name = 'B,"c"', updated_at = '2026-11-03' WHERE n = 3`)
    expect(await night('2026-11-04')).toMatchObject({ rows: 2 })
    expect(await ask('select name, n from badges order by n')).toEqual([
      ['', '2'],
      ['B,"c"', '3'],
    ])
  })

  it('checks changes as they merge, once what is gone from the source is deleted', async () => {
    const { night, sql, rows } = await begin('checked')
    const table = mirror(shop.table('checked'), {
      columns,
      incremental: { ...incremental, reconcile: { days: 4 } },
      checks: (rows) => [unique(rows.note)],
    })
    await night('2026-11-03', { table })
    await sql(`INSERT INTO checked (id, note, updated_at) VALUES (4, 'one', '2026-11-03 10:00:00')`)
    const twice = "note is unique: 1 row breaks it: id '4', note 'one'"
    await expect(night('2026-11-04', { table })).rejects.toThrow(twice)
    // Nobody knows yet that the other one is gone.
    await sql('DELETE FROM checked WHERE id = 1')
    await expect(night('2026-11-05', { table })).rejects.toThrow(twice)
    expect(await stage.ask('select id from usher.aside_checked order by id')).toEqual([
      ...[['2'], ['3'], ['4']],
    ])
    expect(await night('2026-11-07', { table })).toMatchObject({ rows: 3, checks: 1 })
    expect(await rows()).toEqual([
      ['2', 'two'],
      ['3', 'three'],
      ['4', 'one'],
    ])
  })

  it('says what breaks a check when what is gone from the source is deleted, and no more', async () => {
    const { admin, tools, ask } = stage
    await admin.query(`CREATE TABLE kin (id int PRIMARY KEY, parent int, note varchar(20),
      updated_at datetime(6), KEY (updated_at))`)
    await admin.query(`INSERT INTO kin VALUES (1, NULL, 'one', '2026-11-03 10:00'),
      (2, 1, 'two', '2026-11-01 10:00')`)
    const table = mirror(shop.table('kin'), {
      columns: { ...columns, parent: integer().nullable() },
      incremental: { ...incremental, reconcile: { days: 1 } },
      checks: (rows) => [
        unique(rows.note),
        references(rows.parent, rows.id),
        fresh(rows.updated_at, { days: 3 }),
      ],
    })
    const night = async (date: string, accept: string[] = []) => {
      const own = { ...tools, graph: graphOf([table]) }
      const run = `kin-${date}-${accept.length}`
      const task = { table: 'kin', date, run, tables: [], force: false, accept }
      return loadTask(own, await extractTask(own, task))
    }
    await night('2026-11-03')
    await admin.query('DELETE FROM kin WHERE id = 1')
    await admin.query(`INSERT INTO kin VALUES (3, 1, 'one', '2026-11-03 11:00')`)
    await expect(night('2026-11-04')).rejects.toMatchObject({
      name: 'CheckFailed',
      message: expect.stringContaining(
        "kin: 1 of 3 checks failed. parent is in kin.id: 1 row breaks it: id '3', parent '1'. What",
      ),
    })
    expect(await ask('select id from usher.gone_kin')).toEqual([['1']])
    expect(await night('2026-11-04', ['kin'])).toMatchObject({ outcome: 'loaded', rows: 1 })
    expect(await ask('select id from kin order by id')).toEqual([['2'], ['3']])
    await expect(ask('select id from usher.gone_kin')).rejects.toThrow('gone_kin')
    // Nothing is new, and what was newest is gone.
    await admin.query('DELETE FROM kin WHERE id = 3')
    await expect(night('2026-11-05')).rejects.toMatchObject({
      name: 'CheckFailed',
      message: expect.stringContaining("newest '2026-11-01 10:00:00'"),
    })
    expect(await night('2026-11-05', ['kin'])).toMatchObject({ outcome: 'loaded', rows: 0 })
    expect(await ask('select id from kin')).toEqual([['2']])
  })

  it('takes as many changes for usual as there were, and as many rows where it is whole', async () => {
    const { night, sql } = await begin('usually')
    const table = mirror(shop.table('usually'), {
      columns,
      incremental,
      checks: () => [rowCount({ between: [0.5, 1.5] })],
    })
    await sql('INSERT INTO usually (id, note) SELECT seq, seq FROM seq_10_to_19')
    await sql(`UPDATE usually SET updated_at = '2026-11-01 10:00:00' WHERE id <> 2`)
    await night('2026-11-03', { table })
    // Of 13 rows one is read: it lies in the overlap.
    for (const day of [4, 5, 6]) {
      expect(await night(`2026-11-0${day}`, { table })).toMatchObject({ rows: 1 })
    }
    await sql(`UPDATE usually SET updated_at = '2026-11-06 10:00:00' WHERE id < 12`)
    await expect(night('2026-11-07', { table })).rejects.toThrow("found '5', expected '1 to 1'")
    expect(await night('2026-11-07', { table, force: true })).toMatchObject({ rows: 13 })
    await sql('DELETE FROM usually WHERE id < 18')
    await expect(night('2026-11-08', { table, force: true })).rejects.toThrow(
      "found '2', expected '7 to 19'",
    )
  })
})
