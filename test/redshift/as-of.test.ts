import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RedshiftDataClient } from '@aws-sdk/client-redshift-data'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { makeAsOf } from '../../lib/redshift/as-of.ts'
import { loads } from '../../lib/redshift/audit.ts'
import { StatementError, type Warehouse, warehouseOf } from '../../lib/redshift/client.ts'
import { prepareTable } from '../../lib/redshift/schema.ts'
import { startRedshift } from '../../local/redshift/redshift.ts'

describe('the view of how old rows are', () => {
  let directory: string
  let redshift: Awaited<ReturnType<typeof startRedshift>>
  let warehouse: Warehouse
  /** The names of the transactions that ran. */
  const ran: string[] = []
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'usher-as-of-test-'))
    const file = join(directory, 'warehouse.duckdb')
    redshift = await startRedshift({ file, s3: undefined as never })
    const client = new RedshiftDataClient({
      ...{ endpoint: redshift.url, region: 'us-east-1' },
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    })
    const spoken = warehouseOf({ workgroup: 'test', database: 'warehouse' }, client)
    warehouse = {
      ...spoken,
      transaction(name, ...rest) {
        ran.push(name)
        return spoken.transaction(name, ...rest)
      },
    }
    await change('create schema usher')
    await prepareTable(warehouse, loads)
  })
  afterAll(async () => {
    await redshift.close()
    rmSync(directory, { recursive: true })
  })

  const change = (...texts: string[]) =>
    warehouse.transaction(
      `change ${Math.random()}`,
      texts.map((text) => ({ text, parameters: {} })),
    )
  const ask = (text: string) => warehouse.query({ text, parameters: {} })
  const load = (run: string, table: string, date: string, rows: number, more = 'null, sysdate') =>
    change(`insert into usher.loads (run, table_name, run_date, row_count, manifest, table_rows, loaded_at)
      values ('${run}', '${table}', '${date}', ${rows}, null, ${more})`)

  it('is made before there are loads, and empty then', async () => {
    expect(await makeAsOf(warehouse, 'one')).toEqual([])
    expect(await ask('select * from usher.as_of')).toEqual([])
  })

  it('has a row for each table, of its latest run date', async () => {
    await load('one', 'events', '2026-11-22', 5)
    await load('two', 'events', '2026-11-23', 7, 'null, dateadd(minute, -90, sysdate)')
    await load('again', 'events', '2026-11-21', 3)
    await load('one', 'billing.invoices', '2026-11-23', 2, '40, sysdate')
    const rows = await ask(`select schema_name, table_name, run_date, row_count, hours_since
      from usher.as_of order by schema_name desc`)
    expect(rows.map((row) => Object.values(row))).toEqual([
      ['public', 'events', '2026-11-23', '7', '1.5'],
      ['billing', 'invoices', '2026-11-23', '40', '0.0'],
    ])
  })

  it('is left alone where it is there already', async () => {
    ran.length = 0
    await makeAsOf(warehouse, 'two')
    expect(ran).toEqual([])
    expect(await ask(`select table_type from svv_tables where table_name = 'as_of'`)).toEqual([
      { table_type: 'VIEW' },
    ])
  })

  it('takes the place of one that an older Usher made', async () => {
    await change(
      'create or replace view usher.as_of as select run from usher.loads with no schema binding',
      "comment on view usher.as_of is 'How old rows are.'",
    )
    await makeAsOf(warehouse, 'three')
    expect(await ask('select count(hours_since) as count from usher.as_of')).toEqual([
      { count: '2' },
    ])
  })

  it('is warned of where it cannot be made, and nothing else is kept from going on', async () => {
    const refusing: Warehouse = {
      ...warehouse,
      query: async () => [],
      transaction: async () => {
        throw new StatementError('ERROR: permission denied for schema usher', 0, undefined)
      },
    }
    expect(await makeAsOf(refusing, 'four')).toEqual([
      'the view "usher"."as_of", which says how old rows are, cannot be made: ERROR: permission denied for schema usher',
    ])
  })
})
