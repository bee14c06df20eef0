import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { decimal, integer, mirror, mysql, varchar } from '#lib'
import { graphOf } from '../../lib/graph/graph.ts'
import { chunkTask, planTask, sealTask } from '../../lib/night/chunks.ts'
import { readReceipt } from '../../lib/night/receipt.ts'
import { extractTask, loadTask } from '../../lib/night/tasks.ts'
import type { Columns } from '../../lib/table/column.ts'
import { definition } from '../../lib/table/definition.ts'
import { findServer } from '../../local/mysql/server.ts'
import { conclude } from './conclude.ts'
import { type NightStage, startStage } from './stage.ts'

const suite = findServer() ? describe : describe.skip
const shop = mysql('shop', { secret: 'shop', primary: true })
const columns = {
  id: integer().primaryKey(),
  title: varchar(40),
  total: decimal(10, 2).nullable(),
}

suite('a night whose table has changed', () => {
  let stage: NightStage
  beforeAll(async () => {
    jest.spyOn(process.stdout, 'write').mockImplementation(() => true)
    stage = await startStage()
  }, 60_000)
  afterAll(() => stage?.stop())

  /** Makes a table of two rows, and its first night. */
  async function begin(name: string) {
    const { admin, tools, ask } = stage
    await admin.query(`CREATE TABLE ${name} (id int PRIMARY KEY, title varchar(10) NOT NULL,
      total decimal(10,2)) CHARACTER SET utf8mb4`)
    await admin.query(`INSERT INTO ${name} VALUES (1, 'one', 1.5), (2, 'two', 2.5)`)
    let nights = 0
    const night = async (declared: Columns = columns) => {
      const graph = graphOf([mirror(shop.table(name), { columns: declared })])
      const date = `2026-11-0${++nights}`
      const input = { date, run: `${name} ${date}`, tables: [], force: false }
      await loadTask(
        { ...tools, graph },
        await extractTask({ ...tools, graph }, { ...input, table: name }),
      )
      const report = { ...input, redrives: 0, redriven: 0 }
      return (await conclude({ bucket: tools.bucket, graph }, report)).message
    }
    expect(await night()).toBe('1 table is complete for 2026-11-01')
    return {
      night,
      source: (text: string) => admin.query(`ALTER TABLE ${name} ${text}`),
      sql: (text: string) => admin.query(text),
      /** Runs a statement in the warehouse, in no transaction. */
      warehouse: async (text: string) => {
        const id = await tools.warehouse.begin(`change ${Math.random()}`, { text, parameters: {} })
        return tools.warehouse.rowsOf(id)
      },
      rows: (list = 'id, title, total') => ask(`select ${list} from ${name} order by id`),
    }
  }

  it('goes on without a new column, and has it once the line that it gives is written', async () => {
    const { night, source, rows } = await begin('added')
    await source('ADD discount decimal(4,2) NOT NULL DEFAULT 0.25 AFTER id')
    expect(await night()).toBe(
      '1 table is complete for 2026-11-02; 1 warning:\n' +
        'Warning of added: shop.added has 1 column more than added. Add `discount: decimal(4, 2),`; or ' +
        "leave out what is not wanted: `shop.table('added', { without: ['discount'] })`.",
    )
    expect(await rows()).toEqual([
      ['1', 'one', '1.50'],
      ['2', 'two', '2.50'],
    ])
    expect(await night({ ...columns, discount: decimal(4, 2) })).not.toContain('Warning')
    expect(await rows('id, discount')).toEqual([
      ['1', '0.25'],
      ['2', '0.25'],
    ])
  })

  it('goes on with a wider column until a value does not fit, and then says why', async () => {
    const { night, source, sql, rows, warehouse } = await begin('widened')
    await source('MODIFY title varchar(20) NOT NULL')
    const warning =
      'shop.widened.title is varchar(20) in utf8mb4; widened declares it varchar(40), which may not ' +
      'hold all of it. Write `title: varchar(80),` or, if that is meant, add `.pinned()`.'
    expect(await night()).toContain(`Warning of widened: ${warning}`)
    await sql(`INSERT INTO widened VALUES (3, REPEAT('😀', 20), NULL)`)
    await expect(night()).rejects.toMatchObject({
      name: 'BadValue',
      message: expect.stringMatching(
        /^widened\.title: '.*' has 80 bytes, varchar\(40\) holds 40; in the row with id '3'\. shop\.widened\.title is varchar\(20\) in utf8mb4; .*`title: varchar\(80\),`/,
      ),
    })
    expect(await rows('id')).toEqual([['1'], ['2']])
    const wider = { ...columns, title: varchar(80) }
    const statement = 'alter table "public"."widened" alter column "title" type varchar(80);'
    await expect(night(wider)).rejects.toThrow(`declared varchar(80). Run: ${statement}`)
    await warehouse(statement)
    expect(await night(wider)).not.toContain('Warning')
    expect(await rows('id')).toEqual([['1'], ['2'], ['3']])
  })

  it('fails where a column is gone, and leaves it in the warehouse once its line is deleted', async () => {
    const { night, source, rows } = await begin('dropped')
    await source('DROP total')
    await expect(night()).rejects.toThrow('delete the line of total from the columns of dropped')
    expect(await rows('total')).toEqual([['1.50'], ['2.50']])
    const { total: _, ...rest } = columns
    await night(rest)
    expect(await rows()).toEqual([
      ['1', 'one', null],
      ['2', 'two', null],
    ])
    await source('DROP title')
    await expect(night({ id: columns.id })).rejects.toThrow(
      'title is no longer declared, and it takes no NULL. ' +
        'Run: alter table "public"."dropped" drop column "title";',
    )
  })

  it('fails where a column has another name, and has its values under the old once told', async () => {
    const { night, source, rows } = await begin('renamed')
    await source('CHANGE total total_amount decimal(10,2)')
    await expect(night()).rejects.toThrow(
      "Then write `total: decimal(10, 2).from('total_amount').nullable(),`",
    )
    await night({ ...columns, total: decimal(10, 2).from('total_amount').nullable() })
    expect(await rows('total')).toEqual([['1.50'], ['2.50']])
  })

  it('warns once of a table that is read in chunks', async () => {
    const { admin, tools } = stage
    await admin.query('CREATE TABLE many (id int PRIMARY KEY, extra int)')
    await admin.query('INSERT INTO many SELECT seq, seq FROM seq_1_to_5000')
    await admin.query('ANALYZE TABLE many')
    const many = mirror(shop.table('many'), {
      columns: { id: integer().primaryKey() },
      chunks: { by: 'id', rows: 1000 },
    })
    const all = { ...tools, graph: graphOf([many]) }
    const input = { date: '2026-11-01', run: 'many', tables: [], force: false, table: 'many' }
    const planned = await planTask(all, input)
    const { key = '', count = 0 } = planned.chunks ?? {}
    expect(count).toBeGreaterThan(1)
    const attempt = planned.attempt ?? ''
    for (const range of (await tools.bucket.get<[]>(key)) ?? []) {
      await chunkTask(all, { ...input, range, attempt })
    }
    await loadTask(all, await sealTask(all, planned))
    const receipt = await readReceipt(tools.bucket, many[definition], '2026-11-01')
    expect(receipt?.warnings).toEqual([
      'shop.many has 1 column more than many. Add `extra: integer().nullable(),`; or leave out what ' +
        "is not wanted: `shop.table('many', { without: ['extra'] })`.",
    ])
    const other = mirror(shop.table('other'), { columns: { id: integer() } })
    const report = { ...input, redrives: 0, redriven: 0 }
    await expect(conclude({ ...tools, graph: graphOf([many, other]) }, report)).rejects.toThrow(
      /^1 of 2 tables is not complete .*\nother failed: .*\nWarning of many: shop.many has 1 column more .*\nTo do these/,
    )
  })

  it.each([
    ['added', 'add column own integer', 'id, own', ['1', null]],
    ['demanded', 'add column own integer not null default 7', 'id, own', ['1', '7']],
    ['dropped', 'drop column total', 'id, total', ['1', '1.50']],
    ['stretched', 'alter column title type varchar(90)', 'id, title', ['1', 'one']],
  ])('loads a table with a column that somebody %s in the warehouse', async (what, ...change) => {
    const [clause, list, first] = change
    const { night, warehouse, rows } = await begin(`hand_${what}`)
    await warehouse(`alter table hand_${what} ${clause}`)
    await night()
    expect((await rows(list))[0]).toEqual(first)
  })

  it.each([
    [
      'renamed',
      ['rename column title to headline'],
      'headline is no longer declared, and it takes no NULL. ' +
        'Run: alter table "public"."hand_renamed" drop column "headline";',
    ],
    [
      'retyped',
      ['drop column total', 'add column total integer'],
      'total is integer and declared decimal(10,2). ' +
        'Run: alter table "public"."hand_retyped" rename column "total" to "total_old";',
    ],
    [
      'narrowed',
      ['drop column title', `add column title varchar(10) default ''`],
      'title is varchar(10) and declared varchar(40). ' +
        'Run: alter table "public"."hand_narrowed" alter column "title" type varchar(40);',
    ],
  ])('refuses a table with a column that somebody %s in the warehouse', async (what, ...change) => {
    const [clauses, problem] = change
    const { night, warehouse } = await begin(`hand_${what}`)
    for (const clause of clauses) await warehouse(`alter table hand_${what} ${clause}`)
    const message = `hand_${what} has changed: ${problem}`
    await expect(night()).rejects.toMatchObject({ name: 'WarehouseRefused', message })
  })
})
