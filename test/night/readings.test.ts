import { afterAll, beforeAll, expect, it, jest } from '@jest/globals'
import fc from 'fast-check'
import { date as day_, generator, integer, table, timestamp } from '#lib'
import { graphOf } from '../../lib/graph/graph.ts'
import { readDay } from '../../lib/night/receipt.ts'
import type { TaskResult } from '../../lib/night/task.ts'
import { extractTask, loadTask } from '../../lib/night/tasks.ts'
import { type Definition, definition, isOfItsDate } from '../../lib/table/definition.ts'
import { daysBefore } from '../../lib/table/moment.ts'
import { startWarehouse, type WarehouseStage } from '../redshift/stage.ts'

let stage: WarehouseStage
beforeAll(async () => {
  jest.spyOn(process.stdout, 'write').mockImplementation(() => true)
  stage = await startWarehouse()
})
afterAll(() => stage?.stop())

/** What the source has at present: everything in it changes before each reading. */
let version = 0
const source = generator(({ date }) => [
  { id: 1, day: date, version, changed: `2026-11-01 00:00:00.${String(version).padStart(6, '0')}` },
])
const columns = {
  id: integer().primaryKey(),
  day: day_(),
  version: integer(),
  changed: timestamp(),
}
const partition = { partition: 'day' } as const
const fingerprint = async () => `v${version}`

/** The ways in which rows are published. */
const kinds = {
  replace: { publish: 'replace', from: source },
  merge: { publish: { merge: 'changed' }, from: source },
  partition: { publish: partition, from: source },
  days: { publish: partition, from: { ...source, days: { count: 2, fingerprint } } },
} as const

/** An extract of a night, which is kept until it is loaded; or the load of one that is. */
type Deed = { readonly read: number; readonly force?: boolean } | { readonly load: number }
const night = (day: number, force = false): Deed[] => [{ read: day, force }, { load: -1 }]

const ORDERS: readonly (readonly Deed[])[] = [
  // One night after another, and the other way round.
  [...night(0), ...night(1), ...night(0)],
  [...night(1), ...night(0)],
  // The first was slow: read before the second, and loaded after it.
  [{ read: 0 }, ...night(1), { load: 0 }],
  // The later date was read first, and its load comes last.
  [{ read: 1 }, ...night(0), { load: 0 }],
  // A night that is redriven reads again; then its first load goes on.
  [{ read: 0 }, ...night(0), { load: 0 }],
  // Forced, at once and slowly.
  [...night(0), ...night(1), ...night(0, true)],
  [{ read: 0, force: true }, ...night(1), { load: 0 }],
  [{ read: 1 }, ...night(1), ...night(0, true), { load: 0 }],
  // A backfill of earlier dates, two at a time.
  [...night(5), { read: 0 }, { read: 1 }, { load: 1 }, { read: 2 }, { load: 1 }, { load: 0 }],
]
const deed = fc.oneof(
  fc.record({ read: fc.nat(3), force: fc.boolean() }),
  fc.record({ load: fc.nat(3) }),
)

let tables = 0
function begin({ publish, from }: (typeof kinds)[keyof typeof kinds]) {
  const name = `readings_${++tables}`
  const made = table(name, { columns, publish, from: from as typeof source, row: (row) => row })
  const { bucket, warehouse } = stage
  const copyRole = 'arn:aws:iam::111111111111:role/copy'
  const tools = { graph: graphOf([made]), bucket, warehouse, milliseconds: 60_000, copyRole }
  let runs = 0
  const own: Definition = made[definition]
  return {
    own,
    read(date: string, force = false) {
      version++
      return extractTask(tools, { table: name, date, run: `run-${++runs}`, tables: [], force })
    },
    load: (result: TaskResult) => loadTask(tools, result),
    /** The version of each day that is published; of a table without days, of the only row. */
    async published(): Promise<Map<string, number>> {
      const text = `select day, version from ${name}`
      // Before its first load there is no table.
      const rows = await warehouse.query({ text, parameters: {} }).catch(() => [])
      const isDaily = typeof publish === 'object' && 'partition' in publish
      return new Map(rows.map((row) => [isDaily ? `${row.day}` : 'all', Number(row.version)]))
    },
  }
}

/** The days that a night reads. */
const daysOf = ({ made }: Definition, date: string): string[] => {
  const { count = 1 } = (made.by === 'extract' && made.from.days) || {}
  return Array.from({ length: count }, (_, back) => daysBefore(date, back))
}

it.each(Object.keys(kinds) as (keyof typeof kinds)[])(
  'the newest reading counts, whichever is loaded last: %s',
  async (kind) => {
    const property = fc.asyncProperty(fc.array(deed, { maxLength: 8 }), async (deeds) => {
      const { own, read, load, published } = begin(kinds[kind])
      const pending: { readonly result: TaskResult; readonly version: number }[] = []
      const newest = new Map<string, number>()
      const dates = new Set<string>()
      let there = new Map<string, number>()

      const loaded = async ([one]: typeof pending) => {
        if (!one) return
        const { outcome } = await load(one.result).catch((error: Error) => {
          expect(error.message).toMatch(/run-\d+ has loaded it since this extract was read: run it/)
          expect(isOfItsDate(own)).toBe(true)
          return { outcome: 'refused' }
        })
        const after = await published()
        for (const [key, version] of there) expect(after.get(key)).toBeGreaterThanOrEqual(version)
        there = after
        if (outcome === 'loaded' && kind !== 'merge') {
          expect([...after.values()]).toContain(one.version)
        }
      }
      for (const deed of deeds) {
        if ('load' in deed) await loaded(pending.splice(deed.load, 1))
        else {
          const date = daysBefore('2026-11-20', -deed.read)
          const result = await read(date, deed.force)
          if (result.outcome !== 'extracted') continue
          pending.push({ result, version })
          dates.add(date)
          for (const day of daysOf(own, date)) newest.set(day, version)
        }
      }
      while (pending.length > 0) await loaded(pending.splice(0, 1))

      // What was refused is healed by another night, and so is one that never was.
      const [first] = [...dates].sort()
      if (first) dates.add(daysBefore(first, 1))
      for (const date of [...dates].sort()) {
        const result = await read(date)
        const days = result.outcome === 'complete' ? [] : daysOf(own, date)
        for (const day of days) newest.set(day, version)
        expect(['loaded', 'complete']).toContain((await load(result)).outcome)
        expect((await read(date)).outcome).toBe('complete')
      }
      const last = await published()
      if (isOfItsDate(own)) return
      for (const day of [...dates].flatMap((date) => daysOf(own, date))) {
        expect(newest.has(day)).toBe(true)
      }
      if (kind === 'merge') expect(last.get('all') ?? 0).toBe(Math.max(0, ...newest.values()))
      else expect(last).toEqual(newest)
      for (const [day, version] of kind === 'days' ? last : []) {
        expect(await readDay(stage.bucket, own, day)).toMatchObject({ fingerprint: `v${version}` })
      }
    })
    await fc.assert(property, {
      numRuns: ORDERS.length + 2,
      examples: ORDERS.map((one) => [[...one]]),
    })
  },
  60_000,
)
