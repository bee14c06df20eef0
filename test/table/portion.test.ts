import { describe, expect, it } from '@jest/globals'
import { bigint, decimal, integer, mirror, mysql, timestamp, varchar } from '#lib'
import { definition } from '../../lib/table/definition.ts'
import { declarationOf, keysOf, startOf } from '../../lib/table/portion.ts'

const shop = mysql('shop', { secret: 'shop' })
const orders = shop.table('orders')
const columns = {
  id: integer().primaryKey(),
  price: decimal(10, 2),
  updated_at: timestamp(),
}
const own = (traits: object) =>
  mirror(orders, { columns, incremental: { cursor: 'updated_at' }, ...traits } as never)[definition]
const made = (traits: object) => {
  const { made } = own(traits)
  return made.by === 'extract' ? made : undefined
}

describe('a mirror of changes and of chunks', () => {
  it('overlaps, reconciles and cuts as is usual, unless it says otherwise', () => {
    expect(made({ chunks: { by: 'id' } })).toMatchObject({
      incremental: { cursor: { name: 'updated_at' }, isTime: true, overlap: 15, reconcileDays: 7 },
      chunks: { by: { name: 'id' }, rows: 1_000_000, connections: 4 },
    })
    const never = { cursor: 'id', overlap: 5, reconcile: 'never' }
    expect(made({ incremental: never })?.incremental).toMatchObject({ isTime: false, overlap: 5 })
    expect(made({ incremental: never })?.incremental?.reconcileDays).toBeUndefined()
  })

  it('merges by its primary key', () => {
    expect(own({}).publish).toEqual({ merge: 'updated_at' })
  })

  it.each([
    [{ publish: 'replace' }, 'orders: incremental merges: it takes no publish of another kind'],
    [{ incremental: { cursor: 'at' } }, "orders: incremental names 'at', which is not a column"],
    [
      { incremental: { cursor: 'price' } },
      'orders: the cursor price is decimal: it must be a timestamp or a whole number',
    ],
    [
      { incremental: { cursor: 'updated_at', overlap: 5 } },
      'orders: the overlap of the cursor updated_at, a timestamp, is written as { minutes: 15 }',
    ],
    [
      { incremental: { cursor: 'updated_at', overlap: { minutes: -1 } } },
      'orders: the overlap is -1: give a whole number from 0',
    ],
    [
      { incremental: { cursor: 'updated_at', reconcile: { days: 0 } } },
      'orders: the days of reconcile are 0: give a whole number from 1',
    ],
    [{ chunks: { by: 'price' } }, 'orders: chunks go by price, which must be a whole number'],
    [
      { chunks: { by: 'id', rows: 0.5 } },
      'orders: the rows of chunks are 0.5: give a whole number',
    ],
    [
      { columns: { ...columns, id: integer() } },
      'orders: incremental merges by the primary key, and no column is .primaryKey()',
    ],
    [
      { columns: { ...columns, other: bigint() }, chunks: { by: 'other' } },
      'orders: chunks go by other, which must be a .primaryKey()',
    ],
  ])('refuses %j', (traits, sentence) => {
    expect(() => own(traits)).toThrow(sentence)
  })

  it('is another declaration once anything of its rows is', () => {
    const first = declarationOf(own({}))
    expect(
      declarationOf(
        own({ dist: 'id', incremental: { cursor: 'updated_at', overlap: { minutes: 1 } } }),
      ),
    ).toBe(first)
    for (const changed of [
      { columns: { ...columns, note: varchar(20) } },
      { columns: { ...columns, price: decimal(12, 2) } },
      { columns: { ...columns, price: decimal(10, 2).nullable() } },
      { columns: { ...columns, price: decimal(10, 2).from('total') } },
      { incremental: { cursor: 'id' } },
    ]) {
      expect(declarationOf(own(changed))).not.toBe(first)
    }
  })

  it('starts where it ended, less the overlap, to the microsecond', () => {
    const time = made({})?.incremental
    const number = made({ incremental: { cursor: 'id', overlap: 500 } })?.incremental
    if (!time || !number) throw new Error('not incremental')
    expect(startOf('orders', time, '2026-03-01 00:05:00.123456')).toBe('2026-02-28 23:50:00.123456')
    expect(startOf('orders', time, '2024-03-01 00:05:00')).toBe('2024-02-29 23:50:00')
    expect(startOf('orders', time, '2024-03-01')).toBe('2024-02-29 23:45:00')
    expect(startOf('orders', number, '18446744073709551615')).toBe('18446744073709551115')
    expect(startOf('orders', number, '7')).toBe('-493')
  })

  it.each([
    [{ cursor: 'updated_at' }, '2026-11-00 00:00:00.000000', 'time'],
    [{ cursor: 'updated_at' }, '7', 'time'],
    [{ cursor: 'updated_at' }, '2026-13-01', 'time'],
    [{ cursor: 'id' }, '1.00', 'whole number'],
    [{ cursor: 'id' }, '', 'whole number'],
  ])('goes on from no %j of %s', (incremental, bound, kind) => {
    const settled = made({ incremental })?.incremental
    if (!settled) throw new Error('not incremental')
    expect(() => startOf('orders', settled, bound)).toThrow(
      `orders: its last load ended at ${incremental.cursor} '${bound}', which is no ${kind}. ` +
        'Run it with "force": true',
    )
  })

  it('has a table of its keys, spread as it is', () => {
    const keys = keysOf(own({ dist: 'id', sort: ['updated_at'] }))
    expect(keys).toMatchObject({ name: 'keys_orders', dist: 'id', sort: [], id: 'orders' })
    expect(keys.columns.map(({ name }) => name)).toEqual(['id'])
    expect(keysOf(own({ dist: 'price' })).dist).toBe('even')
  })
})
