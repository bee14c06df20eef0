import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { planCommand, planLines } from '../../bin/plan.ts'
import { loadGraph } from '../../bin/warehouse.ts'
import type { Stage } from '../../lib/stacks/stage.ts'
import { sampleLoaded } from '../forecast/sample.ts'
import { expectGolden } from '../golden.ts'
import { tooWide } from './deployed.ts'

const stage: Stage = {
  name: 'dev',
  startsAt: { hour: 23, minute: 30 },
  doneBy: { hour: 6, minute: 0 },
  timeZone: 'UTC',
  scheduled: true,
  warehouse: { kind: 'new', database: 'warehouse', baseCapacity: 8 },
}

let home: string
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'usher-plan-test-'))
  mkdirSync(join(home, 'nights'))
  const tables = [...sampleLoaded].map(([table, facts]) => ({ table, outcome: 'loaded', ...facts }))
  const night = { run: 'local-1', date: '2026-11-23', status: 'SUCCEEDED', tables }
  writeFileSync(join(home, 'nights', 'local-1.json'), JSON.stringify(night))
})
afterAll(() => rmSync(home, { recursive: true }))

/** What the command prints; throws what it complains of. */
function plan(args: readonly string[], place = home): string {
  const { NODE_OPTIONS: _jest, ...own } = process.env
  return execFileSync(resolve('node_modules/.bin/node'), ['bin/usher.ts', 'plan', ...args], {
    env: { ...own, USHER_HOME: place },
    encoding: 'utf8',
    stdio: 'pipe',
  })
}

describe('usher plan', () => {
  it('says what the nights of the sample take, as it does in the golden', async () => {
    const graph = await loadGraph()
    const known = {
      loaded: sampleLoaded,
      rows: new Map([['orders', 3_000_000]]),
      seconds: { orders: 31.5, listings: 24, sales_by_day: 19.5, analyze: 12 },
    }
    const lines = planLines(graph, stage, known)
    const provisioned: Stage = {
      ...stage,
      ...{ name: 'prod', region: 'eu-west-1' },
      warehouse: {
        ...{ kind: 'cluster', cluster: 'analytics', database: 'warehouse', slices: 8 },
        ...{ secretArn: 'arn', copyRoleArn: 'arn' },
      },
    }
    const others = planLines(graph, provisioned, {
      loaded: new Map(),
      rows: known.rows,
      seconds: {},
    })
    const text = `${[...lines, '', ...others].join('\n')}\n`
    expect(tooWide(text)).toEqual([])
    expectGolden('sample.plan.txt', text)
  })

  it('counts with the rows that the last night here has loaded', () => {
    const printed = plan(['--scale', '10'])
    expect(printed).toContain(
      'usher-dev-night: 27 tables, with 10 times the rows that were last loaded here.',
    )
    expect(printed).not.toContain('counted as empty')
    expect(tooWide(printed)).toEqual([])
    expect(printed.split('\n').length).toBeLessThanOrEqual(40)
  })

  it('explains itself on a terminal of 80 columns', () => {
    const help = plan(['--help'])
    for (const option of ['--rows', '--scale', '--stage']) expect(help).toContain(option)
    expect(tooWide(help)).toEqual([])
  })

  it.each([
    [['orders'], {}, "'orders' is no option: is it --rows orders=1000000?"],
    [[], { rows: 'ordres=5' }, 'no such table: ordres; did you mean orders?'],
    [[], { rows: 'orders' }, "--rows 'orders' is no table and number: orders=120000000"],
    [[], { scale: '0' }, "--scale '0' is no number above 0: --scale 10"],
    [[], { stage: 'live' }, "bin/stages has no stage 'live'; there are: dev, prod"],
  ])('fails on %j %j', async (words, options, message) => {
    await expect(planCommand.run(words, { scale: '1', ...options })).rejects.toThrow(message)
  })

  it('asks for rows where nothing tells of any', () => {
    const nowhere = join(home, 'nowhere')
    expect(() => plan([], nowhere)).toThrow('run one, with npm run night, or give them: --rows')
    expect(plan(['--rows', 'orders=120000000'], nowhere)).toContain('so counted as empty:')
  })
})
