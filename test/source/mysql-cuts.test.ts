import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { decimal, integer, mirror, mysql, timestamp } from '#lib'
import { itemsOf } from '../../lib/night/chunks.ts'
import { cutsOf } from '../../lib/source/mysql/cuts.ts'
import { estimateOf } from '../../lib/source/mysql/estimate.ts'
import { literal, selectOf } from '../../lib/source/mysql/select.ts'
import { definition } from '../../lib/table/definition.ts'

const key = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n })
const keys = fc.uniqueArray(key, { minLength: 1, maxLength: 60 })
const clustered = fc
  .tuple(key, fc.uniqueArray(fc.bigInt({ min: 0n, max: 500n }), { minLength: 1, maxLength: 200 }))
  .map(([start, steps]) => steps.map((step) => start + step))

describe('the cuts of a table', () => {
  const exact = (all: readonly bigint[]) => async (from: bigint, to: bigint) =>
    all.filter((id) => id >= from && id < to).length

  it('are in order, and each row is in exactly one range', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(keys, clustered),
        key,
        fc.integer({ min: 1, max: 50 }),
        async (all, other, rows) => {
          const sorted = all.toSorted((a, b) => (a < b ? -1 : 1))
          const [first, last] = [sorted[0] as bigint, sorted.at(-1) as bigint]
          const cuts = await cutsOf(first, last, rows, exact(all))
          const items = itemsOf(cuts.map(String))
          // Whatever comes after the planning has a range too.
          for (const id of [...all, other]) {
            const within = items.filter(
              ({ from, to }) =>
                (from === null || id >= BigInt(from)) && (to === null || id < BigInt(to)),
            )
            expect(within).toHaveLength(1)
          }
          expect(cuts).toEqual(cuts.toSorted((a, b) => (a < b ? -1 : 1)))
          expect(new Set(cuts).size).toBe(cuts.length)
          for (const { from, to } of items) {
            const low = from === null ? first : BigInt(from)
            const high = to === null ? last + 1n : BigInt(to)
            const size = await exact(all)(low, high)
            expect(size).toBeGreaterThan(0)
            expect(size).toBeLessThanOrEqual(rows)
          }
        },
      ),
    )
  })

  it('come to an end whatever the estimates say', async () => {
    const estimates = fc.func(fc.oneof(fc.nat(), fc.constant(0), fc.constant(Number.NaN)))
    await fc.assert(
      fc.asyncProperty(fc.bigInt(0n, 300n), estimates, async (width, estimate) => {
        const cuts = await cutsOf(0n, width, 10, async (from, to) => estimate(from, to))
        expect(cuts).toEqual(cuts.toSorted((a, b) => (a < b ? -1 : 1)))
        expect(cuts.every((cut) => cut > 0n && cut <= width)).toBe(true)
      }),
    )
  })
})

describe('the rows that a server expects', () => {
  const estimate = (...plan: Record<string, string | null>[]) =>
    estimateOf({ source: 'shop', isMariaDb: true, records: async () => plan }, 'events', 'SELECT 1')

  it.each([
    [true, 'EXPLAIN SELECT 1'],
    [false, 'EXPLAIN FORMAT=TRADITIONAL SELECT 1'],
  ])('are asked for in a form that no setting changes (MariaDB: %j)', async (isMariaDb, query) => {
    const asked: string[] = []
    const records = async (text: string) => {
      asked.push(text)
      return [{ rows: '1' }]
    }
    await estimateOf({ source: 'shop', isMariaDb, records }, 'events', 'SELECT 1')
    expect(asked).toEqual([query])
  })

  it('are found by their name, wherever they stand', async () => {
    expect(await estimate({ id: '1', rows: '1200', extra: null })).toBe(1200)
    expect(await estimate({ id: '1', partitions: null, filtered: '5.00', rows: '7' })).toBe(7)
  })
  it('are none where nothing can be found', async () => {
    expect(await estimate({ id: '1', rows: null, extra: 'Impossible WHERE' })).toBe(0)
  })
  it.each([
    [[{ explain: '-> Covering index scan on events' }], '{"explain":"-> Covering index scan'],
    [[{ rows: 'many' }], '{"rows":"many"}'],
    [[], '{}'],
  ])('are never guessed from a plan that has none: %j', async (plan, shown) => {
    const found = estimate(...(plan as Record<string, string>[]))
    await expect(found).rejects.toMatchObject({ name: 'SourceRefused' })
    await expect(estimate(...(plan as Record<string, string>[]))).rejects.toThrow(
      `shop.events: EXPLAIN gives no number of rows, but ${shown}`,
    )
  })
})

describe('a value inside a statement', () => {
  it.each(['0', '-9223372036854775808', '18446744073709551615'])(
    'may be the number %s',
    (value) => {
      expect(literal(value)).toBe(value)
    },
  )
  it.each(['2026-11-23', '2026-11-23 10:00:00', '2026-11-23 10:00:00.123456'])(
    'may be the time %s',
    (value) => {
      expect(literal(value)).toBe(`'${value}'`)
    },
  )
  it.each([
    '',
    '1e9',
    '0x1',
    "1' OR '1'='1",
    '1; DROP TABLE t',
    '2026-11-23\n',
    "2026-11-23' --",
    '1 ',
    '１',
  ])('is nothing else: %j', (value) => {
    expect(() => literal(value)).toThrow('is neither a whole number nor a time')
  })
  it('never lets any text become a part of the statement', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        try {
          expect(literal(text)).toMatch(/^(-?\d+|'[\d :.-]+')$/)
        } catch (error) {
          expect((error as Error).message).toContain('neither')
        }
      }),
    )
  })
  it('stands behind the name that MySQL knows', () => {
    const { columns } = mirror(mysql('shop', { secret: 'x' }).table('t'), {
      columns: {
        id: integer().primaryKey().from('I`D'),
        at: timestamp().nullable(),
        n: decimal(20, 0),
      },
    })[definition]
    const [id, at, n] = columns
    if (!id || !at || !n) throw new Error('no columns')
    const range = { column: id, from: '1', to: '9' }
    const isDate = 'YEAR(`at`) > 0 AND MONTH(`at`) > 0 AND DAYOFMONTH(`at`) > 0'
    const places = [
      "`at` < '2000-01-01 00:00:00'",
      "`at` > '1999-12-31 23:59:59' AND `at` < '2000-01-01 00:00:00'",
      "`at` > '2000-01-31 23:59:59' AND `at` < '2000-02-01 00:00:00'",
      "`at` > '2000-02-29 23:59:59' AND `at` < '2000-03-01 00:00:00'",
    ]
    const kinds = [
      "`at` >= '2000-03-23 10:00:00'",
      '`at` IS NULL',
      '`at` = 0',
      `(NOT (${isDate}) AND (${places.join(' OR ')}))`,
    ]
    expect(
      selectOf('a`b', [id], { range, since: { column: at, value: '2000-03-23 10:00:00' } }),
    ).toBe(
      `SELECT \`I\`\`D\` FROM \`a\`\`b\` WHERE (${kinds.join(' OR ')}) AND \`I\`\`D\` >= 1 AND \`I\`\`D\` < 9`,
    )
    expect(selectOf('t', [n], { since: { column: n, value: '-5' } })).toBe(
      'SELECT `n` FROM `t` WHERE (`n` >= -5 OR `n` IS NULL)',
    )
  })
})
