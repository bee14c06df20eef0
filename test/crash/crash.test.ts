import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { findServer } from '../../local/mysql/server.ts'
import { type Mishap, mishaps } from './mishaps.ts'
import { type Planned, plan, quick, slice } from './plan.ts'
import { type Stage, startStage } from './stage.ts'
import { attempt } from './trial.ts'

/** One trial in so many: `npm run test:crash` has all of them. */
const EVERY = 151

if (!findServer())
  console.warn(
    'No MariaDB or MySQL server is installed: tables of MySQL are crashed as made-up ones',
  )

let stage: Stage
let trials: Planned[]
beforeAll(async () => {
  jest.spyOn(process.stdout, 'write').mockImplementation(() => true)
  stage = await startStage()
  trials = slice(await plan(stage, quick(stage)), EVERY)
}, 120_000)
afterAll(() => stage?.stop())

describe('a night ends as an undisturbed one, whatever happens at a call:', () => {
  it.each(Object.keys(mishaps) as Mishap[])(
    '%s',
    async (mishap) => {
      const own = trials.filter((trial) => trial.mishap === mishap)
      const problems = []
      for (const trial of own) {
        const { table, call, calm } = trial
        const found = await attempt(stage, trial, calm)
        problems.push(...found.map((text) => `${table}, ${call.number} (${call.what}): ${text}`))
      }
      expect(problems).toEqual([])
      expect(own.length).toBeGreaterThan(0)
    },
    120_000,
  )
})
