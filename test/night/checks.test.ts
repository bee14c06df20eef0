import { afterAll, beforeAll, beforeEach, expect, it, jest } from '@jest/globals'
import { accepted, generator, integer, sql, table, transform, unique, varchar } from '#lib'
import { graphOf } from '../../lib/graph/graph.ts'
import type { Bucket } from '../../lib/manifest/bucket.ts'
import { logging } from '../../lib/night/log.ts'
import { readReceipt } from '../../lib/night/receipt.ts'
import { noteFailure } from '../../lib/night/report.ts'
import { extractTask, loadTask, transformTask } from '../../lib/night/tasks.ts'
import type { Warehouse } from '../../lib/redshift/client.ts'
import { definition } from '../../lib/table/definition.ts'
import { startWarehouse, type WarehouseStage } from '../redshift/stage.ts'
import { conclude } from './conclude.ts'

let stage: WarehouseStage
let bucket: Bucket
let warehouse: Warehouse
let status = 'paid'
const lines: Record<string, unknown>[] = []

const sales = table('sales', {
  columns: { id: integer().primaryKey(), status: varchar(20), buyer: varchar(20) },
  checks: (rows) => [unique(rows.id), accepted(rows.status, ['paid', 'refunded'])],
  from: generator(() => [1, 2, 3]),
  row: (id) => ({ id, status: id === 2 ? status : 'paid', buyer: 'somebody' }),
})
const totals = transform('totals', {
  select: { status: sales.status, sales: integer().as(sql`count(*)`) },
  from: sql`${sales} group by 1`,
})
const others = table('others', {
  columns: { id: integer() },
  from: generator(() => [1]),
  row: (id) => ({ id }),
})
const graph = graphOf([sales, totals, others])

beforeAll(async () => {
  jest
    .spyOn(process.stdout, 'write')
    .mockImplementation((line) => lines.push(JSON.parse(String(line))) > 0)
  stage = await startWarehouse()
  ;({ bucket, warehouse } = stage)
})
afterAll(() => stage.stop())
beforeEach(() => {
  lines.length = 0
})

/** A night as the machine goes through it; gives how it ends. */
async function night(date: string, more: { run: string; accept?: string[]; force?: boolean }) {
  const milliseconds = 60_000
  const copyRole = 'arn:aws:iam::111111111111:role/copy'
  const tools = { graph, bucket, warehouse, milliseconds, copyRole }
  const input = { date, tables: [], force: false, ...more }
  for (const name of ['others', 'sales', 'totals']) {
    const task = { ...input, table: name }
    try {
      await logging({ date, run: more.run, table: name }, async () => {
        if (name === 'totals') await transformTask(tools, task)
        else await loadTask(tools, await extractTask(tools, task))
      })
    } catch (error) {
      const { name: type, message } = error as Error
      const Cause = JSON.stringify({ errorType: type, errorMessage: message })
      await noteFailure(tools, { table: name, run: more.run, error: { Error: type, Cause } })
    }
  }
  return conclude(tools, { ...input, redrives: 0, redriven: 0 }).then(
    ({ message }) => message,
    ({ message }: Error) => message,
  )
}
const ask = async (text: string) =>
  (await warehouse.query({ text, parameters: {} })).map((row) => Object.values(row).join(' '))
const told = (message: string) => lines.find((line) => line.message === message)

it('keeps what was published and what is made of it, says why, and does the rest', async () => {
  expect(await night('2026-11-22', { run: 'before' })).toBe('3 tables are complete for 2026-11-22')
  expect(told('loaded')).not.toHaveProperty('checks')
  expect(lines.find(({ table, checks }) => table === 'sales' && checks === 2)).toBeDefined()
  status = 'lost'
  const report = await night('2026-11-23', { run: 'red' })
  expect(report.split('\n')).toEqual([
    '2 of 3 tables are not complete for 2026-11-23.',
    'sales failed: sales: 1 of 2 checks failed. ' +
      "status is one of paid, refunded: 1 row breaks it: id '2', status 'lost'. " +
      'What was published before stays; the new rows are in usher.aside_sales. ' +
      'Mend them and run it again, or have them published as they are: ' +
      '"accept": ["sales"] in the input, or --accept sales',
    'totals was skipped: sales is not complete for 2026-11-23 (+totals does that too)',
    expect.stringContaining('start one with {"date":"2026-11-23"}'),
  ])
  expect(JSON.stringify(lines)).not.toContain('somebody')
  expect(await ask('select status, sales from totals')).toEqual(['paid 3'])
  expect(await ask('select count(*) from usher.aside_sales')).toEqual(['3'])

  // What is forced is checked all the same.
  expect(await night('2026-11-23', { run: 'forced', force: true })).toContain(
    '1 of 2 checks failed',
  )
  status = 'refunded'
  expect(await night('2026-11-23', { run: 'green' })).toBe('3 tables are complete for 2026-11-23')
  expect(await ask('select status, sales from totals order by 1')).toEqual(['paid 2', 'refunded 1'])
  await expect(ask('select 1 from usher.aside_sales')).rejects.toThrow('aside_sales')
})

it('publishes what its input accepts, and says what was found', async () => {
  status = 'lost'
  expect(await night('2026-11-24', { run: 'taken', accept: ['others'] })).toContain('sales failed')
  expect(told('accepted')).toBeUndefined()
  expect(await night('2026-11-24', { run: 'taken', accept: ['sales'] })).toBe(
    '3 tables are complete for 2026-11-24',
  )
  expect(told('accepted')).toMatchObject({
    ...{ message: 'accepted', table: 'sales', date: '2026-11-24', run: 'taken' },
    found: expect.stringContaining("1 row breaks it: id '2', status 'lost'"),
  })
  const receipt = await readReceipt(bucket, sales[definition], '2026-11-24')
  expect(receipt?.accepted).toBe(told('accepted')?.found)
  expect(await ask('select status, sales from totals order by 1')).toEqual(['lost 1', 'paid 2'])
})
