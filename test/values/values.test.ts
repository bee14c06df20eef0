import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { findServer } from '../../local/mysql/server.ts'
import { type NightStage, startStage } from '../night/stage.ts'
import { everything } from './everything.ts'
import { mysqlMatrix } from './matrix.ts'
import type { Outcome } from './outcome.ts'
import { startReaders } from './readers.ts'
import { report } from './report.ts'
import { rules } from './rules.ts'

const [, ofRules = '', ofMysql = ''] = readFileSync('docs/values.md', 'utf8').split(/^## /m)

/** The cells of a table of Markdown, line by line. */
const cellsOf = (section: string): string[][] =>
  section
    .split('\n')
    .filter((line) => line.startsWith('| `'))
    .map((line) => line.split('|').map((cell) => cell.trim()))

const named = (cell = ''): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name)

const suite = findServer() ? describe : describe.skip

suite('every value', () => {
  let stage: NightStage
  let readers: Awaited<ReturnType<typeof startReaders>>
  let outcomes: Outcome[]

  beforeAll(async () => {
    readers = await startReaders()
    stage = await startStage(readers.secrets)
    outcomes = await everything(stage, readers.readers)
  }, 120_000)

  afterAll(async () => {
    await stage.stop()
    await readers.stop()
  })

  it('arrives, or is converted by a rule and counted, or refused by a rule', () => {
    expect(outcomes.flatMap(({ otherwise }) => otherwise)).toEqual([])
    const sum = (of: (one: Outcome) => number) => outcomes.reduce((all, one) => all + of(one), 0)
    expect(sum(({ equal }) => equal)).toBeGreaterThan(500)
    expect(sum(({ converted }) => converted)).toBeGreaterThan(40)
    expect(sum(({ refused }) => refused)).toBeGreaterThan(300)
  })

  it('does the same in rows that are too long for the short way', async () => {
    const beside = JSON.stringify(['x'.repeat(60_000), 'y'.repeat(60_000)])
    const found = await mysqlMatrix(stage, beside)
    expect(found.flatMap(({ otherwise }) => otherwise)).toEqual([])
  }, 60_000)

  it('comes under the rules that docs/values.md names, each of which is met', () => {
    const met = new Set(outcomes.flatMap((one) => [...one.rules]))
    expect([...met].sort()).toEqual(Object.keys(rules).sort())
    expect(cellsOf(ofRules).flatMap(([, rule]) => named(rule))).toEqual(Object.keys(rules))
  })

  it('is declared as docs/values.md says, and met by no other rules', () => {
    const lines = cellsOf(ofMysql)
    expect(lines.length).toBeGreaterThan(35)
    for (const [, type, declared, listed] of lines) {
      const own = outcomes.filter((one) => one.isUsual && one.type === named(type)[0])
      expect([type, ...own.map((one) => one.declared)]).toEqual([
        type,
        ...own.flatMap(() => named(declared)),
      ])
      expect([type, own.length]).not.toEqual([type, 0])
      const common = ['NULL', 'NULL marker', 'row of 4 MB']
      const others = own.flatMap((one) => [...one.rules]).filter((rule) => !common.includes(rule))
      expect([type, others.filter((rule) => !named(listed).includes(rule))]).toEqual([type, []])
    }
  })

  it('is reported in 80 columns', () => {
    const lines = report(outcomes).split('\n')
    expect(lines.filter((line) => line.length > 80)).toEqual([])
    expect(lines).toContain('none otherwise')
  })
})
