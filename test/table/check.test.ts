import { describe, expect, it } from '@jest/globals'
import {
  accepted,
  fresh,
  generator,
  integer,
  none,
  references,
  rowCount,
  sql,
  table,
  timestamp,
  unique,
  varchar,
} from '#lib'
import { type Check, wordsOf } from '../../lib/table/check.ts'
import { definition } from '../../lib/table/definition.ts'
import type { Table } from '../../lib/table/table.ts'

const columns = { id: integer().primaryKey(), status: varchar(8), sold_at: timestamp() }
const from = generator<never>(() => [])
const row = (record: never) => record
const made = (checks: (rows: Table<typeof columns>) => readonly Check[]) =>
  table('sales', { columns, from, row, checks })[definition]
const other = table('other', { columns, from, row })

describe('the checks of a table', () => {
  it('are sentences that are true where they pass', () => {
    const { checks } = made((rows) => [
      unique(rows.id),
      unique(rows.status, rows.sold_at),
      accepted(rows.status, ['new', 'sold']),
      references(rows.id, other.id),
      fresh(rows.sold_at, { hours: 36 }),
      rowCount({ between: [0.5, 2] }),
      rowCount({ least: 1 }),
      none('nothing is new', sql`select 1 from ${rows} where ${rows.status} = ${'new'}`),
    ])
    expect(checks.map(wordsOf)).toEqual([
      'id is unique',
      'status, sold_at are unique',
      'status is one of new, sold',
      'id is in other.id',
      'the newest sold_at is 36 hours old at most',
      'rows are 50 % to 200 % of the usual number',
      'rows are 1 at least',
      'nothing is new',
    ])
  })

  it('make the tables that they look at needed, but not the table itself', () => {
    const needs = (checks: Parameters<typeof made>[0]) => made(checks).needs.map(({ id }) => id)
    expect(needs((rows) => [references(rows.id, other.id)])).toEqual(['other'])
    expect(needs((rows) => [references(rows.id, rows.id), unique(rows.id)])).toEqual([])
    expect(
      needs((rows) => [
        none('none is there', sql`select 1 from ${rows} join ${other} on ${other.id} = ${rows.id}`),
      ]),
    ).toEqual(['other'])
  })

  it.each<[Parameters<typeof made>[0], string]>([
    [() => [unique()], 'sales: unique() names no column'],
    [() => [unique(other.id)], 'sales: unique() is given other.id, which is none of the new rows'],
    [
      () => [unique(integer().as(sql`1`))],
      'sales: unique() is given SQL, and takes a column: rows.id',
    ],
    [
      (rows) => [unique((rows as unknown as { idd: typeof rows.id }).idd)],
      'sales: unique() is given undefined: there is no such column, or two files import each other',
    ],
    [
      (rows) => [references(rows.id, undefined as unknown as typeof other.id)],
      'sales: references() is given undefined: there is no such column, or two files import each',
    ],
    [(rows) => [accepted(rows.status, [])], 'sales: accepted() gives status no values'],
    [
      (rows) => [accepted(rows.status, ['refunded!'])],
      'sales: accepted() of status: has 9 bytes, varchar(8) holds 8',
    ],
    [() => [rowCount({})], 'sales: rowCount({}): write it as { between: [0.5, 2] }'],
    [() => [rowCount({ between: [2, 0.5] })], 'sales: rowCount({"between":[2,0.5]}): write it'],
    [() => [rowCount({ least: -1 })], 'sales: rowCount({"least":-1}): write it as'],
    [(rows) => [fresh(rows.sold_at, { days: 0 })], 'sales: fresh() of sold_at: an age of 0 is no'],
    [(rows) => [none('', sql`select 1 from ${rows}`)], 'sales: none() has no words'],
    [
      () => [none('nothing else', sql`select 1 from ${other}`)],
      'sales: none() of nothing else does not mention the new rows: select',
    ],
  ])('are refused where they say nothing: %#', (checks, problem) => {
    expect(() => made(checks)).toThrow(problem)
    expect(() => made(checks)).toThrow(expect.objectContaining({ name: 'BadDeclaration' }))
  })
})
