import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { generator, integer, sql, table, task, transform } from '#lib'
import { graphOf } from '../../lib/graph/graph.ts'
import { logging } from '../../lib/night/log.ts'
import { measure, measureNight } from '../../lib/night/metrics.ts'
import { lastReceipt, writeReceipt } from '../../lib/night/receipt.ts'
import { definition } from '../../lib/table/definition.ts'
import { conclude } from './conclude.ts'
import { problemsOf } from './emf.ts'
import { memoryBucket } from './memory-bucket.ts'

let written: string[]
beforeEach(() => {
  written = []
  process.env.USHER_METRICS = 'prod'
  jest.spyOn(process.stdout, 'write').mockImplementation((text) => written.push(String(text)) > 0)
})
afterEach(() => {
  jest.restoreAllMocks()
  delete process.env.USHER_METRICS
})

/** The measures that were written, without what every line has; each line as CloudWatch takes it. */
function measured(): object[] {
  const lines = written.filter((text) => text.includes('"_aws"'))
  for (const line of lines) expect(problemsOf(line.trimEnd())).toEqual([])
  return lines.map((line) => {
    const { _aws, timestamp, level, message, Stage, ...measures } = JSON.parse(line)
    expect([timestamp, level, message, Stage]).toEqual([
      expect.anything(),
      'INFO',
      'measured',
      'prod',
    ])
    expect(_aws.CloudWatchMetrics).toMatchObject([{ Namespace: 'Usher' }])
    return measures
  })
}

describe('measures', () => {
  it('are lines that CloudWatch makes metrics of, by table', async () => {
    const subject = { date: '2026-11-23', run: 'one', table: 'orders', attempt: 'a' }
    await logging(subject, async () => measure({ Rows: 3, Bytes: undefined }, 'orders'))
    expect(JSON.parse(written[0] ?? '')._aws.CloudWatchMetrics).toEqual([
      {
        Namespace: 'Usher',
        Dimensions: [['Stage', 'Table']],
        Metrics: [{ Name: 'Rows', Unit: 'Count' }],
      },
    ])
    expect(measured()).toEqual([{ ...subject, Table: 'orders', Rows: 3 }])
  })

  it('are of the stage where they are about the whole night', () => {
    measure({ NightSeconds: 12.5 })
    expect(measured()).toEqual([{ NightSeconds: 12.5 }])
  })

  it('are none where the stage wants none, or nothing was measured', () => {
    measure({ Rows: undefined }, 'orders')
    delete process.env.USHER_METRICS
    measure({ Rows: 3 }, 'orders')
    expect(written).toEqual([])
  })

  it.each([
    ['no dimension', { Dimensions: undefined }, {}],
    ['a dimension without a value', { Dimensions: [['Stage', 'Source']] }, {}],
    ['no number', {}, { Rows: '3' }],
    ['no unit', { Metrics: [{ Name: 'Rows', Unit: 'Rows' }] }, {}],
    ['no metrics', { Metrics: [] }, {}],
  ])('would be seen to have %s', (_, directive, more) => {
    measure({ Rows: 3 }, 'orders')
    const line = JSON.parse(written[0] ?? '')
    Object.assign(line._aws.CloudWatchMetrics[0], directive)
    expect(problemsOf(JSON.stringify({ ...line, ...more }))).not.toEqual([])
  })
})

describe('a night that has ended', () => {
  const numbers = (name: string) =>
    table(name, { columns: { id: integer() }, from: generator(() => []), row: (row) => row })
  const [fresh, stale, never] = [numbers('fresh'), numbers('stale'), numbers('never')]
  const made = transform('made', { select: { id: fresh.id }, from: sql`${fresh}` })
  const tidy = task('tidy', { after: [made], run: async () => {} })
  const graph = graphOf([fresh, stale, never, made, tidy])
  const date = '2026-11-23'

  it('is measured by how far its tables are behind, and how many are complete', async () => {
    const bucket = memoryBucket()
    const receipt = { run: 'one', loadSeconds: 1 }
    for (const own of [fresh, made, tidy]) {
      await writeReceipt(bucket, own[definition], { ...receipt, date })
    }
    await writeReceipt(bucket, stale[definition], { ...receipt, date: '2026-11-20' })
    const night = { date, run: 'two', tables: [], force: false, redrives: 0 }
    await expect(conclude({ graph, bucket }, { ...night, redriven: 0 })).rejects.toThrow()
    expect(measured()).toEqual([
      { Table: 'fresh', DaysBehind: 0 },
      { Table: 'made', DaysBehind: 0 },
      { Table: 'stale', DaysBehind: 3 },
      { Table: 'tidy', DaysBehind: 0 },
      { TablesComplete: 3, TablesIncomplete: 2, NightSeconds: expect.any(Number) },
    ])
    // A night that is to go round has not ended.
    written = []
    await conclude({ graph, bucket }, { ...night, redriven: 1 })
    expect(measured()).toEqual([])
  })

  describe('with a warehouse of 8 RPU', () => {
    beforeEach(() => {
      process.env.USHER_CAPACITY = '8'
    })
    afterEach(() => {
      delete process.env.USHER_CAPACITY
    })

    const at = (clock: string) => `2026-11-24T03:${clock}.000Z`
    const costs = async (redriven = 0) => {
      const bucket = memoryBucket()
      const write = (own: typeof fresh | typeof tidy, run: string, from: string, to: string) =>
        writeReceipt(bucket, own[definition], {
          ...{ date, run, loadSeconds: 1, worked: { from: at(from), to: at(to) } },
          ...(own === fresh && { extractSeconds: 100, bytes: 1_000_000 }),
        })
      // Five minutes and one, of which one is shared; what another night has made costs this one nothing.
      await write(fresh, 'two', '30:00', '35:00')
      await write(tidy, 'two', '34:00', '35:00')
      await write(made as never, 'one', '10:00', '15:00')
      const found = [fresh, tidy, made].map((own) => own[definition])
      const standing = found.map(async (own) => ({ own, receipt: await lastReceipt(bucket, own) }))
      await measureNight(bucket, await Promise.all(standing), {
        ...{ date, run: 'two', redriven, startedAt: at('00:00') },
      })
      return Object.fromEntries(
        (measured() as { Table?: string; Cost?: number }[]).map(({ Table, Cost }) => [Table, Cost]),
      )
    }

    it('is measured by what each table cost that it made', async () => {
      const { fresh, tidy, made } = await costs()
      // 8 RPU for 300 s at $0.375 an hour are $0.25, of which the table has 300 of 360 s.
      const [redshift, lambda] = [0.25, 0.000_013_333_4]
      const requests = 0.000_1
      expect(fresh).toBeCloseTo(
        (redshift * 300) / 360 + lambda * ((1769 / 1024) * 100 + 0.5 * 300) + requests,
        3,
      )
      expect(tidy).toBeCloseTo((redshift * 60) / 360 + lambda * 0.5 * 60, 3)
      expect(made).toBeUndefined()
    })

    it('has no costs once it is redriven, as it told of some before', async () => {
      expect(await costs(1)).toMatchObject({ fresh: undefined, tidy: undefined })
    })
  })
})
