import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RedshiftDataClient } from '@aws-sdk/client-redshift-data'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { generator, integer, table } from '#lib'
import { transient } from '../../lib/error.ts'
import { makeAsOf } from '../../lib/redshift/as-of.ts'
import { loads } from '../../lib/redshift/audit.ts'
import { StatementError, type Warehouse, warehouseOf } from '../../lib/redshift/client.ts'
import { letRead } from '../../lib/redshift/readers.ts'
import { prepareTable } from '../../lib/redshift/schema.ts'
import { definition } from '../../lib/table/definition.ts'
import { startRedshift } from '../../local/redshift/redshift.ts'

const columns = { id: integer() }
const from = generator(() => [{ id: 1 }])
const row = (one: { id: number }) => one
const events = table('events', { columns, from, row })[definition]
const invoices = table('invoices', { columns, from, row, schema: 'billing' })[definition]
const later = table('later', { columns, from, row, schema: 'billing' })[definition]
const tables = [events, invoices, later]

describe('the role of those who only read', () => {
  let directory: string
  let redshift: Awaited<ReturnType<typeof startRedshift>>
  let warehouse: Warehouse
  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), 'usher-readers-test-'))
    redshift = await startRedshift({
      file: join(directory, 'warehouse.duckdb'),
      s3: undefined as never,
    })
    const client = new RedshiftDataClient({
      ...{ endpoint: redshift.url, region: 'us-east-1' },
      credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
    })
    warehouse = warehouseOf({ workgroup: 'test', database: 'warehouse' }, client)
    await change('create schema usher', 'create schema billing')
    for (const own of [loads, events, invoices]) await prepareTable(warehouse, own)
    await makeAsOf(warehouse, 'one')
    await change('create table usher.loads_of_events (id int)', 'create table others (id int)')
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
  const granted = async (text: string) => {
    const rows = await warehouse.query({ text, parameters: {} })
    return rows.map((row) => Object.values(row).join(' ')).sort()
  }
  const relations = () =>
    granted(`select identity_name, privilege_type, namespace_name, relation_name
      from svv_relation_privileges`)

  it('may read what is published and which loads there were, and nothing else', async () => {
    await letRead(warehouse, 'usher_reader', tables, 'one')
    const now = [
      'usher_reader SELECT billing invoices',
      'usher_reader SELECT public events',
      'usher_reader SELECT usher as_of',
      'usher_reader SELECT usher loads',
    ]
    expect(await relations()).toEqual(now)
    expect(
      await granted(
        'select identity_name, privilege_type, namespace_name from svv_schema_privileges',
      ),
    ).toEqual(['billing', 'public', 'usher'].map((schema) => `usher_reader USAGE ${schema}`))
    // What the night makes anew it may read too; what comes into our own schema not.
    await prepareTable(warehouse, later)
    await change('create table usher.loads_of_later (id int)')
    expect(await relations()).toEqual([...now, 'usher_reader SELECT billing later'].sort())
  })

  it('may do the same however often it is let', async () => {
    const before = await relations()
    await letRead(warehouse, 'usher_reader', tables, 'two')
    expect(await relations()).toEqual(before)
  })

  it('is left as it is where it is there and not shown', async () => {
    const blind: Warehouse = {
      ...warehouse,
      query: async (statement) =>
        statement.text.includes('svv_roles') ? [] : warehouse.query(statement),
    }
    await expect(letRead(blind, 'usher_reader', tables, 'three')).resolves.toEqual([])
  })

  it('is no reason not to load where the loader may not make it', async () => {
    const warnings = await letRead(refusing(/create role/), 'analysts', tables, 'four')
    expect(warnings).toEqual([
      'the role analysts of the readers may not read all that is published (ERROR: permission denied). ' +
        'Have an administrator run `create role "analysts"`, or name no readers in the stage.',
    ])
  })

  it('may read all but what it cannot be granted', async () => {
    await change('create role "partly"')
    const warnings = await letRead(refusing(/usage on schema "billing"/), 'partly', tables, 'five')
    expect(warnings).toEqual([
      'the role partly of the readers may not read all that is published (ERROR: permission denied). ' +
        'Have an administrator run `grant usage on schema "billing" to role "partly"`, ' +
        'or name no readers in the stage.',
    ])
    const read = (await relations()).filter((line) => line.startsWith('partly'))
    expect(read).toContain('partly SELECT public events')
    expect(read).toContain('partly SELECT usher loads')
  })

  it('does not hide what is no refusal', async () => {
    const lost: Warehouse = {
      ...warehouse,
      transaction: () => Promise.reject(transient('Redshift: the connection is lost')),
    }
    await expect(letRead(lost, 'usher_reader', tables, 'six')).rejects.toMatchObject({
      name: 'Transient',
    })
  })

  /** A warehouse that refuses some statements. */
  const refusing = (refused: RegExp): Warehouse => ({
    ...warehouse,
    transaction: async (name, statements, ...others) => {
      const at = statements.findIndex(({ text }) => refused.test(text))
      if (at >= 0) throw new StatementError('ERROR: permission denied', at, undefined)
      return warehouse.transaction(name, statements, ...others)
    },
  })
})
