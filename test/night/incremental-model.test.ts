import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import fc from 'fast-check'
import { integer, mirror, mysql, timestamp } from '#lib'
import { graphOf } from '../../lib/graph/graph.ts'
import { receiptKey } from '../../lib/night/receipt.ts'
import type { TaskResult } from '../../lib/night/task.ts'
import { extractTask, loadTask } from '../../lib/night/tasks.ts'
import { definition } from '../../lib/table/definition.ts'
import { daysBefore } from '../../lib/table/moment.ts'
import { findServer } from '../../local/mysql/server.ts'
import { type NightStage, startStage } from './stage.ts'

/** What may happen to a table and to its nights, in any order. */
const deed = fc.oneof(
  fc.record({ does: fc.constant('write' as const), id: fc.nat(8), late: fc.nat(14) }),
  fc.record({ does: fc.constant('write without a cursor' as const), id: fc.nat(8) }),
  fc.record({ does: fc.constant('delete' as const), id: fc.nat(8) }),
  fc.constant({ does: 'night' as const }),
  fc.constant({ does: 'night' as const }),
  fc.constant({ does: 'night that is forced' as const }),
  fc.constant({ does: 'night for an earlier date' as const }),
  fc.constant({ does: 'night whose load never comes' as const }),
  fc.record({
    does: fc.constant('night whose load comes later' as const),
    force: fc.boolean(),
    back: fc.constantFrom(0, 100),
  }),
  fc.constant({ does: 'load what is late' as const }),
  fc.constant({ does: 'night whose receipt is not written' as const }),
)

const suite = findServer() ? describe : describe.skip

suite('whatever happens to a table of which only changes are read', () => {
  let stage: NightStage
  beforeAll(async () => {
    jest.spyOn(process.stdout, 'write').mockImplementation(() => true)
    stage = await startStage()
  }, 60_000)
  afterAll(() => stage?.stop())

  it('no change is missed, and once keys are compared it is what the source has', async () => {
    let tables = 0
    await fc.assert(
      fc.asyncProperty(fc.array(deed, { minLength: 4, maxLength: 14 }), async (deeds) => {
        const name = `model_${++tables}`
        const { admin, ask, tools } = stage
        await admin.query(
          `CREATE TABLE ${name} (id int PRIMARY KEY, version int NOT NULL, updated_at datetime)`,
        )
        const table = mirror(mysql('shop', { secret: 'shop', primary: true }).table(name), {
          columns: {
            id: integer().primaryKey(),
            version: integer(),
            updated_at: timestamp().nullable(),
          },
          incremental: { cursor: 'updated_at', reconcile: { days: 60 } },
          // What is deleted here may be all there is.
          mayShrink: true,
        })
        const own = { ...tools, graph: graphOf([table]) }
        // The clock moves only by what is written, and a day for each night.
        let [minutes, runs, version, date] = [0, 0, 0, '2026-10-01']
        const extracted = (force = false, day = date) => {
          const task = { table: name, date: day, run: `${name}-${++runs}`, tables: [], force }
          return extractTask(own, task)
        }
        const tomorrow = () => {
          date = daysBefore(date, -1)
        }
        const write = (id: number, updated: string | null) =>
          admin.query(`REPLACE INTO ${name} VALUES (?, ?, ?)`, [id, ++version, updated])
        const rowsThere = async () => {
          const [rows] = await admin.query(`SELECT id, version FROM ${name} ORDER BY id`)
          return (rows as { id: number; version: number }[]).map(Object.values)
        }
        const rowsHere = async () =>
          (await ask(`select id, version from ${name} order by id`)).map((row) => row.map(Number))
        const pending: TaskResult[] = []
        // Others have come since, or it fits.
        const loadLate = async (result: TaskResult) =>
          loadTask(own, result).catch((error: Error) => {
            expect(error.message).toContain('has loaded it since this extract was read')
          })

        for (const deed of deeds) {
          if (deed.does === 'write') {
            minutes += 5
            const time = new Date(Date.UTC(2026, 9, 1) + (minutes - deed.late) * 60_000)
            await write(deed.id, time.toISOString().slice(0, 19).replace('T', ' '))
          } else if (deed.does === 'write without a cursor') {
            await write(deed.id, null)
          } else if (deed.does === 'delete') {
            await admin.query(`DELETE FROM ${name} WHERE id = ?`, [deed.id])
          } else if (deed.does === 'load what is late') {
            for (const result of pending.splice(0, 1)) await loadLate(result)
          } else if (deed.does === 'night whose load comes later') {
            const day = daysBefore(date, deed.back && deed.back + runs)
            pending.push(await extracted(deed.force, day))
            tomorrow()
          } else {
            if (deed.does === 'night for an earlier date') {
              const day = daysBefore(date, 100 + runs)
              await loadTask(own, await extracted(false, day))
            } else {
              const result = await extracted(deed.does === 'night that is forced')
              if (deed.does !== 'night whose load never comes') await loadTask(own, result)
            }
            if (deed.does === 'night whose receipt is not written') {
              await tools.bucket.delete([receiptKey(table[definition], date)])
            }
            tomorrow()
          }
        }
        for (const result of pending) await loadLate(result)
        await loadTask(own, await extracted())
        const [there, here] = [await rowsThere(), await rowsHere()]
        // Rows that are gone may still be here, but none is missing and none is old.
        expect(here).toEqual(expect.arrayContaining(there))
        date = daysBefore(date, -60)
        await loadTask(own, await extracted())
        expect(await rowsHere()).toEqual(await rowsThere())
      }),
      { numRuns: 15 },
    )
  }, 180_000)
})
