import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { tables as sample } from '#warehouse'
import { graphOf, tablesOf } from '../../lib/graph/graph.ts'
import { projectOf } from '../../lib/lookml/project.ts'
import { loads } from '../../lib/redshift/audit.ts'
import { prepareTable } from '../../lib/redshift/schema.ts'
import type { Definition } from '../../lib/table/definition.ts'
import { startWarehouse, type WarehouseStage } from '../redshift/stage.ts'
import { fieldNames, fieldSql, fromSql, type Parsed, parseProject, viewsIn } from './looker.ts'
import { odd } from './odd.ts'

const projectWith = (tables: readonly Definition[]) => {
  const subject = { tables, loads, connection: 'usher', groups: new Map(), comments: new Map() }
  return parseProject(projectOf(subject).generated)
}
const warehouse = tablesOf(graphOf(sample))
const [plain, strange] = [projectWith(warehouse), projectWith(odd)]

let stage: WarehouseStage
let statements = 0
const change = (text: string) =>
  stage.warehouse.transaction(`change ${++statements}`, [{ text, parameters: {} }])
const ask = (text: string) => stage.warehouse.query({ text, parameters: {} })

beforeAll(async () => {
  stage = await startWarehouse()
  await change('create schema legacy')
  for (const table of [...warehouse, ...odd]) await prepareTable(stage.warehouse, table)
  await change(`insert into "user" values (1, 'Ann', 7), (2, 'Bob', null)`)
  await change(`insert into cities values (7, 'Rome'), (8, 'Oslo')`)
  await change(`insert into words values ('one', null), ('one', 'two')`)
  await change(`insert into days values ('2026-11-23', null), ('2026-11-24', true)`)
  await change(`insert into "order" values
    (1, 1, 2, null, 'one', '2026-11-23', 9.5), (2, 1, null, 1, 'one', '2026-11-24', 0.5),
    (3, 2, 1, 1, 'no', '2026-01-01', 0)`)
  await change(`insert into legacy."order" values (7, 1, 70), (8, null, 80), (9, 3, 90)`)
  await change(`insert into pairs values
    ('a|b', 'c', true, from_hex('00'), '2026-11-23 23:30:00+00', 1),
    ('a', 'b|c', true, from_hex('00'), '2026-11-23 23:30:00+00', 1),
    ('a', 'b|c', false, from_hex('00'), '2026-11-23 23:30:00+00', 1),
    ('a', 'b|c', false, from_hex('00'), '2026-11-23 23:30:01+00', 1)`)
  await change(`insert into types select 1, null, 3, 4.5, 5, 6, false, null, 'abc', 'text',
    '2026-11-23', '12:30:00', '2026-11-23 23:30:00', '2026-11-23 23:30:00+00',
    json_parse('[1]'), from_hex('0aff')`)
})
afterAll(() => stage?.stop())

/** The rows of some fields of an explore. */
function look(parsed: Parsed, explore: string, fields: readonly string[], zone?: string) {
  const views = viewsIn(parsed, explore)
  const measures = new Set(
    [...views].flatMap(([as, view]) => fieldNames(view).measures.map((name) => `${as}.${name}`)),
  )
  const selected = fields.map((field) => `${fieldSql(views, field, zone)} as "${field}"`)
  const groups = fields.flatMap((field, at) => (measures.has(field) ? [] : [at + 1]))
  const from = fromSql(parsed, explore, { joined: true })
  const by = groups.length > 0 ? `\ngroup by ${groups.join(', ')}\norder by 1` : ''
  return ask(`select ${selected.join(',\n  ')}\n${from}${by}`)
}

describe.each([
  ['the sample', plain],
  ['odd tables', strange],
] as [string, Parsed][])('in the warehouse of %s', (_name, parsed) => {
  it.each(Object.keys(parsed.explore))('every field of the explore %s is asked', async (name) => {
    const fields = [...viewsIn(parsed, name)].flatMap(([as, view]) => {
      const { dimensions, measures } = fieldNames(view)
      return [...dimensions, ...measures].map((field) => `${as}.${field}`)
    })
    const rows = await look(parsed, name, fields)
    const [row] = rows
    if (row) expect(Object.keys(row)).toEqual(fields)
  })
})

describe('on rows', () => {
  it.each(Object.keys(strange.explore))('the joins of %s keep their number', async (name) => {
    const count = async (joined: boolean) => {
      const [row] = await ask(`select count(*) as rows\n${fromSql(strange, name, { joined })}`)
      return row?.rows
    }
    expect(await count(true)).toBe(await count(false))
  })

  it('joins find the row that is meant', async () => {
    const fields = [
      'public_order.id',
      'buyer.name',
      'seller.name',
      'parent.amount',
      'days.day_date',
    ]
    const rows = await look(strange, 'public_order', fields)
    expect(rows.map((row) => Object.values(row).join(' '))).toEqual([
      '1 Ann Bob  2026-11-23',
      '2 Ann  9.50 2026-11-24',
      '3 Bob Ann 9.50 ',
    ])
  })

  it('a key of many columns tells rows apart', async () => {
    const rows = await look(strange, 'pairs', ['pairs.primary_key', 'pairs.count'])
    expect(rows.map((row) => row['pairs.count'])).toEqual(['1', '1', '1', '1'])
  })

  it('each type is shown as it is, and moments in the zone of whoever asks', async () => {
    const view = 'types'
    const names = `maybe boolean date_week date_day_of_week time timestamp_hour timestamptz_time
      timestamptz_date timestamptz_week timestamptz_quarter document bytes all_of_it`.split(/\s+/)
    const fields = names.map((name) => `${view}.${name}`)
    const [utc = {}] = await look(strange, view, fields)
    const [tokyo = {}] = await look(strange, view, fields, 'Asia/Tokyo')
    const of = (row: object) => Object.fromEntries(Object.values(row).map((v, i) => [names[i], v]))
    expect(of(utc)).toMatchObject({
      ...{ maybe: null, boolean: 'No', date_week: '2026-11-23', time: '12:30:00' },
      ...{ timestamp_hour: '2026-11-23 23', timestamptz_time: '2026-11-23 23:30:00' },
      ...{ timestamptz_quarter: '2026-10', document: '[1]', bytes: '0AFF', all_of_it: '6' },
    })
    expect(of(tokyo)).toMatchObject({
      ...{ date_week: '2026-11-23', timestamp_hour: '2026-11-23 23' },
      ...{ timestamptz_time: '2026-11-24 08:30:00', timestamptz_date: '2026-11-24' },
    })
  })

  it('the datagroup notices a load', async () => {
    const groups = plain.model.datagroup as Record<string, { sql_trigger: string }>
    const trigger = async () =>
      Object.values((await ask(groups.usher_loads?.sql_trigger ?? ''))[0] ?? {})
    expect(await trigger()).toEqual([null])
    await change(`insert into usher.loads (run, table_name, run_date, row_count, loaded_at)
      values ('a', 'orders', '2026-11-23', 1, '2026-11-24 02:00:00')`)
    expect(String(await trigger())).toContain('2026-11-24 02:00:00')
  })
})
