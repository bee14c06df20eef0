import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { findServer } from '../../local/mysql/server.ts'
import { isSlow, plansOfTables } from './kinds.ts'
import { type Mishap, mishaps } from './mishaps.ts'
import { slice, type Trial } from './plan.ts'
import { type Stage, startStage } from './stage.ts'
import type { StoryName } from './stories.ts'
import { plansOfStories } from './told.ts'

/** One trial in so many: `npm run test:crash` has all of them. */
const EVERY = 211

/** The stories that are told here, each of one table: what they do to it at its load. */
const TOLD: Partial<Record<StoryName, string>> = {
  'a later night in between': 'tide_whole',
  'an earlier night in between': 'tide_changes',
  'a new row of its source is gone then': 'tide_keys',
  'its rows are refused, and then accepted': 'tide_checked',
  'files that nobody wrote appear': 'tide_days',
}

if (!findServer())
  console.warn(
    'No MariaDB or MySQL server is installed: tables of MySQL are crashed as made-up ones',
  )

let stage: Stage
beforeAll(async () => {
  jest.spyOn(process.stdout, 'write').mockImplementation(() => true)
  stage = await startStage()
}, 120_000)
afterAll(() => stage?.stop())

async function problemsOf(trials: readonly Trial[]): Promise<string[]> {
  const problems = []
  for (const { table, mishap, call, attempt } of trials) {
    const found = await attempt()
    const where = `${table}, ${call.number} (${call.what}), ${mishap}`
    problems.push(...found.map((text) => `${where}: ${text}`))
  }
  return problems
}

describe('a night ends as an undisturbed one, whatever happens at a call:', () => {
  let trials: Trial[]
  beforeAll(async () => {
    const all = []
    for (const plan of plansOfTables(stage).filter(({ table }) => !isSlow(table))) {
      all.push(...(await plan.trials()))
    }
    trials = slice(all, EVERY)
  }, 120_000)

  it.each(Object.keys(mishaps) as Mishap[])(
    '%s',
    async (mishap) => {
      const own = trials.filter((trial) => trial.mishap === mishap)
      expect(await problemsOf(own)).toEqual([])
      expect(own.length).toBeGreaterThan(0)
    },
    120_000,
  )
})

describe('a night that is broken at its load ends as an undisturbed one, though', () => {
  it.each(Object.entries(TOLD))(
    '%s: %s',
    async (kind, table) => {
      const plan = plansOfStories(stage).find((own) => own.kind === kind && own.table === table)
      if (!plan) return expect(stage.missing).toContain('production')
      const loads = (await plan.trials()).filter(({ call }) =>
        /BatchExecuteStatement usher run/.test(call.what),
      )
      expect(await problemsOf(loads)).toEqual([])
      expect(loads.length).toBeGreaterThan(1)
    },
    120_000,
  )
})
