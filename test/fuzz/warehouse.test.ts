import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import * as lib from '#lib'
import { sql } from '#lib'
import { Failure } from '../../lib/error.ts'
import { bucketOf } from '../../lib/manifest/bucket.ts'
import { csvLines } from '../../lib/manifest/csv.ts'
import { extract } from '../../lib/manifest/extract.ts'
import { loads } from '../../lib/redshift/audit.ts'
import { type Warehouse, warehouseOf } from '../../lib/redshift/client.ts'
import { loadTable } from '../../lib/redshift/load.ts'
import { prepareTable } from '../../lib/redshift/schema.ts'
import type { Column } from '../../lib/table/column.ts'
import { type Definition, definition } from '../../lib/table/definition.ts'
import { identifierSql, render } from '../../lib/table/sql.ts'
import { startWarehouse } from '../local/redshift/warehouse.ts'
import { odd, oddValues } from '../manifest/odd.ts'
import { fuzz } from './fuzz.ts'

const runDate = '2026-11-23'
const MARKER = 'NULL_x'

let local: Awaited<ReturnType<typeof startWarehouse>>
let warehouse: Warehouse
beforeAll(async () => {
  local = await startWarehouse()
  warehouse = warehouseOf({ workgroup: 'night', database: 'warehouse' }, local.client)
  const schema = { text: 'create schema if not exists "usher"', parameters: {} }
  await warehouse.transaction('schema', [schema])
  await prepareTable(warehouse, loads)
})
afterAll(() => local.stop())

/** Pieces that mean something to SQL, and whatever else. */
const texts = fc.oneof(
  fc
    .array(
      fc.constantFrom(
        ..."' '' \" \\ \\' :p1 :name -- /* */ $$ ; ) ( % _ \n \u2028 é 😀 ’ ʼ or 1=1 drop".split(
          ' ',
        ),
      ),
      { maxLength: 8 },
    )
    .map((pieces) => pieces.join('')),
  fc.string({ unit: 'binary', maxLength: 40 }),
)

describe('a statement', () => {
  it('has the same text whatever its values are, and gives them back as they are', () =>
    fuzz(
      fc.asyncProperty(
        texts,
        texts,
        fc.integer({ min: -1000, max: 1000 }),
        async (first, second, number) => {
          const query = sql`select ${first} as a, ':p1' as b, ${second} as c, 5-${number} as d`
          if (`${first}${second}`.includes('\0')) {
            expect(() => render(query, { runDate })).toThrow('NUL in sql``')
            return
          }
          const asked = render(query, { runDate })
          const values = [first, second].filter((value) => value !== '')
          const slot = (value: string) => (value === '' ? "''" : `:p${values.indexOf(value) + 1}`)
          const own = first === second && first !== '' ? ':p2' : slot(second)
          const digits = number < 0 ? `(${number})` : `${number}`
          expect(asked.text).toBe(
            `select ${slot(first)} as a, ':p1' as b, ${own} as c, 5-${digits} as d`,
          )
          expect(Object.values(asked.parameters)).toEqual(values)
          const [row] = await warehouse.query(asked)
          expect(row).toEqual({ a: first, b: ':p1', c: second, d: `${5 - number}` })
        },
      ),
      60,
    ))

  it('has names in quotes, whatever is in them', () =>
    fuzz(
      fc.asyncProperty(
        texts.filter((name) => name !== '' && !name.includes('\0')),
        async (name) => {
          const { text, parameters } = render(sql`select 1 as ${identifierSql(name)}`, { runDate })
          expect(parameters).toEqual({})
          const [row] = await warehouse.query({ text, parameters: {} })
          expect(row).toEqual({ [name.toLowerCase()]: '1' })
        },
      ),
      60,
    ))
})

const columns: Readonly<Record<string, Column>> = {
  smallint: lib.smallint(),
  integer: lib.integer(),
  bigint: lib.bigint(),
  decimal: lib.decimal(10, 2),
  whole: lib.decimal(38, 0),
  real: lib.real(),
  double: lib.double(),
  boolean: lib.boolean(),
  char: lib.char(5),
  varchar: lib.varchar(1000),
  date: lib.date(),
  time: lib.time(),
  timestamp: lib.timestamp(),
  timestamptz: lib.timestamptz(),
  super: lib.super_(),
  varbyte: lib.varbyte(40_000),
}

describe('what is written of a value', () => {
  it.each(Object.keys(columns))('of %s is taken by COPY', async (name) => {
    const column = columns[name] as Column
    const own = lib.table('t', {
      columns: { v: column.nullable() },
      from: lib.generator((): object[] => []),
      row: () => ({}) as never,
    })[definition]
    await local.run(`create table copied_${name} ("v" ${column.facts.type.ddl})`)
    const batches = fc.array(fc.oneof(oddValues, fc.constantFrom(...odd)), {
      minLength: 100,
      maxLength: 300,
    })
    await fuzz(
      fc.asyncProperty(batches, async (values) => {
        const csv = csvLines(own, MARKER, () => {})
        const lines = values.flatMap((value) => {
          try {
            return csv.cells([value as never])
          } catch {
            return []
          }
        })
        if (lines.length === 0) return
        const error = await local.loadError(
          `copied_${name} ("v")`,
          lines.join(''),
          `null as '${MARKER}' zstd`,
        )
        expect(error).toBeUndefined()
      }),
      3,
    )
  })
})

const names = fc.oneof(
  {
    weight: 12,
    arbitrary: fc.constantFrom(
      'a',
      'b',
      'id',
      'select',
      'order',
      'user',
      'a$b',
      '_',
      'constructor',
      '__proto__',
      'x'.repeat(127),
    ),
  },
  fc.constantFrom(
    '',
    'A',
    '1a',
    'a b',
    'a"b',
    "a'b",
    'a;drop',
    'é',
    'x'.repeat(128),
    'a\0',
    '../a',
    'a.b',
  ),
  fc.string({ maxLength: 10 }),
)
const rarely = <Value>(values: fc.Arbitrary<Value>) =>
  fc.oneof({ weight: 5, arbitrary: fc.constant(undefined) }, values)
const counts = fc.oneof(
  fc.integer({ min: -1, max: 40 }),
  fc.constantFrom(1.5, Number.NaN, 4096, 4097, 65_535, 65_536),
)
const makers = fc.oneof(
  fc.constantFrom(...Object.values(columns)).map((column) => () => column),
  fc.tuple(fc.constantFrom(lib.char, lib.varchar, lib.varbyte), counts).map(
    ([make, count]) =>
      () =>
        make(count),
  ),
  fc.tuple(counts, counts).map(
    ([precision, scale]) =>
      () =>
        lib.decimal(precision, scale),
  ),
)
const flagged = fc.record({
  make: makers,
  isNull: fc.boolean(),
  isKey: fc.nat(3).map((one) => one === 0),
  fallback: rarely(oddValues),
  description: fc.option(texts, { nil: undefined }),
})
const declarations = fc.record({
  name: names,
  columns: fc.array(fc.tuple(names, flagged), { minLength: 0, maxLength: 5 }),
  dist: rarely(fc.oneof(names, fc.constantFrom('all', 'even', 'auto'))),
  sort: fc.oneof({ weight: 4, arbitrary: fc.constant([]) }, fc.array(names, { maxLength: 2 })),
  merge: rarely(names),
})

type Declaration = typeof declarations extends fc.Arbitrary<infer One> ? One : never

function declared({ name, columns, dist, sort, merge }: Declaration): Definition {
  const made = columns.map(([key, { make, isNull, isKey, fallback, description }]) => {
    let column = make() as Column<never, never>
    if (isNull) column = column.nullable()
    if (isKey) column = column.primaryKey()
    if (fallback !== undefined && fallback !== null) column = column.default(fallback as never)
    if (description !== undefined) column = column.describe(description)
    return [key, column] as const
  })
  const from = lib.generator(() => [{}])
  const traits = { columns: Object.fromEntries(made), from, row: () => ({}), dist, sort }
  return lib.table(name, {
    ...traits,
    ...(merge !== undefined && { publish: { merge } }),
  } as never)[definition]
}

describe('a declaration', () => {
  it('is refused in a sentence, or makes a table that can be loaded', async () => {
    const bucket = bucketOf('staging', local.s3)
    let [tables, refused] = [0, 0]
    await fuzz(
      fc.asyncProperty(declarations, async (declaration) => {
        let own: Definition
        try {
          own = declared(declaration)
        } catch (error) {
          expect(error).toBeInstanceOf(Failure)
          expect(error).toMatchObject({ name: 'BadDeclaration' })
          refused++
          return
        }
        // A table for itself, and no row: its columns need not take NULL.
        const none = { ...own, schema: 'usher', name: `${own.name.slice(0, 100)}_${tables++}` }
        const table: Definition = {
          ...none,
          id: none.name,
          made: { by: 'extract', from: lib.generator(() => []) },
        }
        const prefix = `staging/${tables}`
        const work = { bucket, prefix, table, date: runDate }
        await extract({ ...work, signal: new AbortController().signal })
        const copyRole = 'arn:aws:iam::123456789012:role/copy'
        expect(await loadTable({ ...work, warehouse, run: prefix, copyRole })).toBe(0)
      }),
      300,
    )
    expect(tables).toBeGreaterThan(5)
    expect(refused).toBeGreaterThan(20)
  })
})
