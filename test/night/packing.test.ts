import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { integer, mirror, mysql, varchar } from '#lib'
import { graphOf } from '../../lib/graph/graph.ts'
import type { Extract } from '../../lib/manifest/manifest.ts'
import { extractTask, loadTask } from '../../lib/night/tasks.ts'
import { prepareTable } from '../../lib/redshift/schema.ts'
import { definition } from '../../lib/table/definition.ts'
import { findServer } from '../../local/mysql/server.ts'
import { type NightStage, startStage } from './stage.ts'

const suite = findServer() ? describe : describe.skip

suite('a table that is packed as its stage says', () => {
  let stage: NightStage
  beforeAll(async () => {
    jest.spyOn(process.stdout, 'write').mockImplementation(() => true)
    stage = await startStage()
  }, 60_000)
  afterAll(() => stage?.stop())

  it('travels as gzip, in a part for each slice, and is loaded whole', async () => {
    const { admin, tools, ask } = stage
    await admin.query('CREATE TABLE seats (id int PRIMARY KEY, note varchar(400) NOT NULL)')
    const hash = (id: number) => createHash('md5').update(`${id}`).digest('hex')
    const rows = Array.from({ length: 30_000 }, (_, id) => [id, hash(id).repeat(10)])
    for (let at = 0; at < rows.length; at += 5000) {
      await admin.query('INSERT INTO seats VALUES ?', [rows.slice(at, at + 5000)])
    }
    const seats = mirror(mysql('shop', { secret: 'shop', primary: true }).table('seats'), {
      columns: { id: integer().primaryKey(), note: varchar(1600) },
    })
    await prepareTable(tools.warehouse, seats[definition])
    const given = {
      ...tools,
      graph: graphOf([seats]),
      packing: { codec: 'gzip', slices: 3 },
    } as const
    const task = { table: 'seats', date: '2026-11-03', run: 'gzip', tables: [], force: false }
    const extracted = await extractTask(given, task)
    const keys = await tools.bucket.list('staging/shop/public.seats/')
    const own = keys.find((key) => key.endsWith('/extract.json')) ?? ''
    const found = await tools.bucket.get<Extract>(own)
    expect(found?.format.codec).toBe('gzip')
    expect(found?.parts.map(({ key }) => key.split('/').at(-1))).toEqual([
      'part-00000.csv.gz',
      'part-00001.csv.gz',
      'part-00002.csv.gz',
    ])
    expect(await loadTask(given, extracted)).toMatchObject({ outcome: 'loaded', rows: 30_000 })
    const count = 'select count(*), count(distinct id), min(len(note)) from seats'
    expect(await ask(count)).toEqual([['30000', '30000', '320']])
  })
})
