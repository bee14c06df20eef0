import { describe, expect, it } from '@jest/globals'
import {
  accepted,
  bigint,
  char,
  date,
  decimal,
  fresh,
  generator,
  integer,
  mirror,
  mysql,
  none,
  references,
  rowCount,
  sql,
  super_,
  table,
  timestamp,
  timestamptz,
  transform,
  unique,
  varbyte,
  varchar,
} from '#lib'
import type { Extract } from '../../lib/manifest/manifest.ts'
import { loadSteps, transformSteps } from '../../lib/redshift/load.ts'
import type { Step } from '../../lib/redshift/publish.ts'
import { changes } from '../../lib/redshift/schema.ts'
import { definition } from '../../lib/table/definition.ts'
import { expectGolden } from '../golden.ts'

const nothing = generator<never>(() => [])
const columns = {
  id: bigint().primaryKey().encode('az64'),
  event: varchar(255).nullable().describe("The event's title"),
  price: decimal(10, 2).default('0.00'),
  currency: char(3).default('USD').encode('bytedict'),
  sold_on: date(),
  sold_at: timestamp(),
  updated_at: timestamptz(),
  attributes: super_().nullable(),
  token: varbyte(16).nullable(),
}
const sales = (publish?: 'replace' | { merge: 'updated_at' } | { partition: 'sold_on' }) =>
  table('sales', {
    columns,
    publish,
    description: 'Every ticket that was sold.',
    dist: 'id',
    sort: ['sold_on', 'id'],
    from: nothing,
    row: (record) => record,
  })
const own = sales()[definition]
const orders = mirror(mysql('production', { secret: 'production' }).table('orders'), {
  columns: {
    id: bigint().primaryKey(),
    token: varbyte(16).primaryKey(),
    updated_at: timestamptz(),
  },
  dist: 'id',
  incremental: { cursor: 'updated_at' },
})[definition]

const extract: Extract = {
  ...{ table: 'sales', date: '2026-11-23', rows: 3, bytes: 99, parts: [], notes: {} },
  ...{ readAt: '2026-11-24T02:00:00.000Z', readUntil: '2026-11-24T02:00:07.500Z' },
  columns: Object.keys(columns),
  format: { kind: 'csv', codec: 'zstd', marker: 'NULL_0badcafe' },
}
const place = 's3://staging/staging/public.sales/date=2026-11-23/run-1-0badcafe'
const load = {
  run: 'run-1',
  date: '2026-11-23',
}
const copyRole = 'arn:aws:iam::111111111111:role/copy'
const script = (steps: readonly Step[]) =>
  steps
    .map(({ statement: { text, parameters } }) => {
      const bound = Object.keys(parameters).length > 0 ? `\n-- ${JSON.stringify(parameters)}` : ''
      return `${text};${bound}\n`
    })
    .join('\n')

describe('the SQL of a load', () => {
  it('creates the table as its columns declare it', () => {
    expectGolden('sales.ddl.sql', `${changes(own, []).join(';\n\n')};\n`)
  })
  it.each([
    ['replace', 'replace'],
    ['merge', { merge: 'updated_at' }],
    ['partition', { partition: 'sold_on' }],
  ] as const)('stages, checks and publishes in one transaction: %s', (name, publish) => {
    const steps = loadSteps(sales(publish)[definition], extract, load, place, copyRole)
    expectGolden(`sales.${name}.sql`, script(steps))
    expect(steps.length).toBeLessThanOrEqual(40)
  })
  it('adds changes to what is there, and compares all keys where they were read', () => {
    const increment = {
      ...{
        declaration: '0badcafe',
        bound: '2026-11-23 23:59:59',
      },
      ...{ base: { run: 'run-0', date: '2026-11-22' }, reconciled: '2026-11-23' },
    }
    const { format } = extract
    const columns = ['id', 'token']
    const keys = { columns, format, rows: 1000, bytes: 9, parts: [] }
    const changes = { ...extract, table: 'orders', columns: [...columns, 'updated_at'], increment }
    const steps = (more: object) =>
      loadSteps(orders, { ...changes, ...more }, load, place, copyRole)
    expectGolden('orders.changes.sql', script(steps({ keys })))
    expect(script(steps({}))).not.toContain('stage_keys_orders')
    expect(script(steps({ keys }))).not.toMatch(/\b(truncate|drop|commit|append)\b/i)
    const whole = script(steps({ increment: { ...increment, base: undefined } }))
    expect(whole).toMatch(/^delete from "public"."orders";$/m)
  })
  it('has nothing to copy from an empty extract, and publishes it all the same', () => {
    const steps = script(loadSteps(own, { ...extract, rows: 0 }, load, place, copyRole))
    expect(steps).not.toMatch(/^copy/m)
    expect(steps).toContain('delete from "public"."sales"')
  })
  it('never truncates, drops or commits', () => {
    const all = (['replace', { merge: 'updated_at' }, { partition: 'sold_on' }] as const).flatMap(
      (publish) => loadSteps(sales(publish)[definition], extract, load, place, copyRole),
    )
    expect(script(all)).not.toMatch(/\b(truncate|drop|commit|append)\b/i)
  })
  it('checks the rows before it publishes them', () => {
    const events = table('events', {
      columns: { id: bigint().primaryKey() },
      from: nothing,
      row: (record) => record,
    })
    const checked = table('sales', {
      columns,
      checks: (rows) => [
        unique(rows.event, rows.sold_at),
        accepted(rows.currency, ['USD', 'EUR']),
        references(rows.id, events.id),
        rowCount({ between: [0.5, 2], least: 10 }),
        fresh(rows.updated_at, { hours: 36 }),
        none('no price is negative', sql`select ${rows.id} from ${rows} where ${rows.price} < 0`),
      ],
      publish: { merge: 'updated_at' },
      from: nothing,
      row: (record) => record,
    })
    const ready = { base: [], filled: [], before: [100, 120, 90] }
    const steps = loadSteps(checked[definition], extract, load, place, copyRole, ready)
    expectGolden('sales.checks.sql', script(steps.filter(({ checks }) => checks)))
  })
  it('makes a transform the same way', () => {
    const table = sales()
    const daily = transform('sales_by_day', {
      select: { sold_on: table.sold_on, sales: integer().as(sql`count(*)`) },
      from: sql`${table} where ${table.currency} = ${'USD'} group by 1`,
      sort: ['sold_on'],
    })
    expectGolden(
      'sales_by_day.transform.sql',
      script(transformSteps(daily[definition], { ...load, manifest: undefined })),
    )
  })
})

describe('a table that is there already', () => {
  const live = [
    { name: 'id', ddl: 'bigint', nullable: false, default: false, remarks: '' },
    {
      name: 'event',
      ddl: 'varchar(255)',
      nullable: true,
      default: false,
      remarks: "The event's title",
    },
    { name: 'price', ddl: 'decimal(10,2)', nullable: false, default: true, remarks: '' },
    { name: 'currency', ddl: 'char(3)', nullable: false, default: true, remarks: '' },
    { name: 'sold_on', ddl: 'date', nullable: false, default: false, remarks: '' },
    { name: 'sold_at', ddl: 'timestamp', nullable: false, default: false, remarks: '' },
    { name: 'updated_at', ddl: 'timestamptz', nullable: false, default: false, remarks: '' },
    { name: 'attributes', ddl: 'super', nullable: true, default: false, remarks: '' },
    { name: 'token', ddl: 'varbyte(16)', nullable: true, default: false, remarks: '' },
  ]
  const but = (name: string, change: Partial<(typeof live)[number]>) =>
    live.map((column) => (column.name === name ? { ...column, ...change } : column))

  it('stays as it is where nothing changed, or it is wider', () => {
    expect(changes(own, live)).toEqual([])
    expect(changes(own, but('event', { ddl: 'varchar(500)' }))).toEqual([])
    expect(changes(own, but('sold_on', { nullable: true }))).toEqual([])
  })
  it('gets the columns that are new', () => {
    expect(
      changes(
        own,
        live.filter(({ name }) => name !== 'price' && name !== 'sold_on'),
      ),
    ).toEqual([
      `alter table "public"."sales" add column "price" decimal(10,2) default 0.00 not null`,
      `alter table "public"."sales" add column "sold_on" date`,
    ])
  })
  it('gets the comments that changed', () => {
    expect(changes(own, but('event', { remarks: 'older' }))).toEqual([
      `comment on column "public"."sales"."event" is 'The event''s title'`,
    ])
  })
  it.each([
    [
      but('event', { ddl: 'varchar(100)' }),
      'event is varchar(100) and declared varchar(255). Run: alter table "public"."sales" alter column "event" type varchar(255);',
    ],
    [
      but('price', { ddl: 'integer' }),
      'price is integer and declared decimal(10,2). Run: alter table "public"."sales" rename column "price" to "price_old";',
    ],
    [
      but('event', { nullable: false }),
      'event takes no NULL there. Run: alter table "public"."sales" rename column "event" to "event_old";',
    ],
    [
      [...live, { name: 'old', ddl: 'date', nullable: false, default: false, remarks: '' }],
      'old is no longer declared, and it takes no NULL. Run: alter table "public"."sales" drop column "old";',
    ],
  ])('is left alone where rows would be lost, and the error says what to run', (found, problem) => {
    expect(() => changes(own, found)).toThrow(`sales has changed: ${problem}`)
  })
})
