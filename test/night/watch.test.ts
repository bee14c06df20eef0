import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals'
import { generator, integer, sql, table, task, transform } from '#lib'
import { graphOf } from '../../lib/graph/graph.ts'
import { variables } from '../../lib/night/environment.ts'
import type { Found } from '../../lib/night/executions.ts'
import type { Letter } from '../../lib/night/letter.ts'
import { takeDate } from '../../lib/night/lock.ts'
import { failureKey, writeReceipt } from '../../lib/night/receipt.ts'
import { watch } from '../../lib/night/watch/watch.ts'
import { definition } from '../../lib/table/definition.ts'
import { messageOf } from '../../local/step-functions/publish.ts'
import { expectGolden } from '../golden.ts'
import { problemsOf } from './emf.ts'
import { memoryBucket } from './memory-bucket.ts'

const numbers = (name: string) =>
  table(name, {
    columns: { id: integer() },
    from: generator<{ id: number }>(() => []),
    row: (row) => row,
  })
const [orders, events, users] = [numbers('orders'), numbers('events'), numbers('users')]
const sales = transform('sales', { select: { id: orders.id }, from: sql`${orders}` })
const tidy = task('tidy', { after: [sales], run: async () => {} })
const all = [orders, events, users, sales, tidy].map((own) => own[definition])
const graph = graphOf([orders, events, users, sales, tidy])

const arn = (name: string) =>
  `arn:aws:states:eu-west-1:111111111111:execution:usher-prod-night:${name}`
const date = '2026-11-24'
/** Half past six in London. */
const deadline = { scheduledTime: '2026-11-25T06:30:00Z', overMidnight: false }

let lines: string[]
beforeEach(() => {
  lines = []
  process.env[variables.metrics] = 'prod'
  jest.spyOn(process.stdout, 'write').mockImplementation((line) => {
    lines.push(String(line))
    return true
  })
})
afterEach(() => {
  jest.restoreAllMocks()
  delete process.env[variables.metrics]
})

/** A stage of which executions have had the run date, and what people were told. */
function stage(executions: Readonly<Record<string, Found>> = {}) {
  const bucket = memoryBucket()
  const letters: Letter[] = []
  const tools = {
    ...{ graph, bucket, stage: 'prod', timeZone: 'Europe/London', staleAfter: 2 },
    find: async (execution: string) => executions[execution],
    tell: async (letter: Letter) => {
      letters.push(letter)
    },
  }
  return {
    bucket,
    letters,
    async begin() {
      for (const execution of Object.keys(executions)) {
        await takeDate(bucket, date, execution, async () => false)
      }
    },
    async complete(these: typeof all, of = date) {
      const receipt = { date: of, run: 'nightly-0f9a', loadSeconds: 1 }
      for (const own of these) await writeReceipt(bucket, own, receipt)
    },
    watch: (input = deadline) => watch(tools, input),
  }
}

const scheduled = (status: string) => ({
  [arn('nightly-0f9a')]: { status, input: '{"scheduledTime":"2026-11-25T03:30:00Z"}' },
})

/** What was measured: each line is one that CloudWatch makes metrics of. */
function measured() {
  const found = lines.filter((line) => line.includes('"_aws"'))
  expect(found.flatMap((line) => problemsOf(line.trim()))).toEqual([])
  return found.map((line) => {
    const { Stage, TablesLacking, TablesStale } = JSON.parse(line)
    return { Stage, TablesLacking, TablesStale }
  })
}

const isOf = (...names: string[]) => all.filter(({ name }) => names.includes(name))

/** The letter as a topic takes it. */
function published({ subject, message }: Letter) {
  const TopicArn = 'arn:aws:sns:eu-west-1:111111111111:f'
  const { Subject, Message } = messageOf({ TopicArn, Subject: subject, Message: message })
  return `Subject: ${Subject}\n\n${Message}`
}

describe('the watch at the deadline', () => {
  it('says nothing where all is complete', async () => {
    const { begin, complete, watch, letters } = stage(scheduled('SUCCEEDED'))
    await begin()
    await complete(all)
    expect(await watch()).toEqual({ date, lacking: [], stale: [], told: false })
    expect(letters).toEqual([])
    expect(measured()).toEqual([{ Stage: 'prod', TablesLacking: 0, TablesStale: 0 }])
  })

  it('says that a night has not started', async () => {
    const { watch, letters, complete } = stage()
    await complete(all, '2026-11-23')
    expect(await watch()).toMatchObject({ date, told: true })
    expect(letters[0]?.subject).toBe('Usher prod: the night of 2026-11-24 has not started')
    expectGolden('watch.not-started.txt', published(letters[0] as Letter))
  })

  it('says what lacks, what runs, what failed in it and what is stale', async () => {
    const { begin, bucket, complete, watch, letters } = stage(scheduled('RUNNING'))
    await begin()
    await complete(isOf('events'))
    await complete(isOf('users', 'sales', 'tidy'), '2026-11-23')
    await complete(isOf('orders'), '2026-11-22')
    const note = { table: 'orders', error: 'SourceRefused', reason: 'the password is wrong' }
    const skipped = { table: 'sales', error: 'DependencyIncomplete', reason: 'orders is not' }
    await bucket.put(failureKey(orders[definition], 'nightly-0f9a'), note)
    await bucket.put(failureKey(sales[definition], 'nightly-0f9a'), skipped)
    const found = await watch()
    expect(found.lacking.toSorted()).toEqual(['orders', 'sales', 'tidy', 'users'])
    expect(found).toMatchObject({ stale: ['orders'], told: true })
    expect(measured()).toEqual([{ Stage: 'prod', TablesLacking: 4, TablesStale: 1 }])
    expectGolden('watch.late.txt', published(letters[0] as Letter))
  })

  it.each(['FAILED', 'ABORTED', 'TIMED_OUT'])(
    'says nothing once more of a night that %s and was told of',
    async (status) => {
      const { begin, complete, watch, letters } = stage(scheduled(status))
      await begin()
      await complete(isOf('events', 'users'))
      const found = await watch()
      expect(found.lacking.toSorted()).toEqual(['orders', 'sales', 'tidy'])
      expect(found.told).toBe(false)
      expect(letters).toEqual([])
    },
  )

  it('says what no execution was asked for', async () => {
    const { begin, complete, watch, letters } = stage({
      [arn('by-hand')]: { status: 'FAILED', input: '{"date":"2026-11-24","tables":["+sales"]}' },
    })
    await begin()
    await complete(isOf('events', 'orders'))
    await watch()
    const words = letters[0]?.message.replaceAll(/\s+/g, ' ')
    expect(words).toContain('NOT DONE, and nothing runs that would: tidy, users')
    expect(words).toContain('FAILED before 06:30, as was told: sales')
    expect(words).toContain('npx usher start --stage prod --date 2026-11-24')
  })

  it('says what an execution that succeeded was not asked for', async () => {
    const { begin, complete, watch, letters } = stage({
      [arn('by-hand')]: { status: 'SUCCEEDED', input: '{"date":"2026-11-24","tables":["events"]}' },
    })
    await begin()
    await complete(isOf('events'))
    expect(await watch()).toMatchObject({ told: true })
    expect(letters[0]?.subject).toBe(
      'Usher prod: 3 of 4 tables and 1 of 1 task late for 2026-11-24',
    )
  })

  it('says of what failed that it is stale on the day that it has become so, and not again', async () => {
    const { begin, complete, watch, letters } = stage(scheduled('FAILED'))
    await begin()
    await complete(isOf('events', 'users', 'sales', 'tidy'))
    await complete(isOf('orders'), '2026-11-22')
    await watch()
    expectGolden('watch.stale.txt', published(letters[0] as Letter))
    const older = stage(scheduled('FAILED'))
    await older.begin()
    await older.complete(isOf('events', 'users', 'sales', 'tidy'))
    await older.complete(isOf('orders'), '2026-11-21')
    expect(await older.watch()).toMatchObject({ stale: ['orders'], told: false })
    expect(older.letters).toEqual([])
  })

  it('looks at the night that started on the day before its deadline', async () => {
    const { watch } = stage()
    expect(await watch({ ...deadline, overMidnight: true })).toMatchObject({ date: '2026-11-23' })
  })

  it('asks for the day before on the clocks of the business', async () => {
    const { watch } = stage()
    // In London it is the 26th already, in summer.
    const scheduledTime = '2026-07-25T23:30:00Z'
    expect(await watch({ ...deadline, scheduledTime })).toMatchObject({ date: '2026-07-25' })
  })

  it('is of lines that a terminal shows whole, whatever lacks', async () => {
    const many = Array.from({ length: 300 }, (_, at) => numbers(`a_table_of_${at}`))
    const letters: Letter[] = []
    await watch(
      {
        ...{ graph: graphOf(many), bucket: memoryBucket(), stage: 'prod', timeZone: 'UTC' },
        ...{ staleAfter: 2, find: async () => undefined },
        tell: async (letter) => {
          letters.push(letter)
        },
      },
      deadline,
    )
    const { message = '' } = letters[0] ?? {}
    expect(message.split('\n').filter((line) => line.length > 76)).toEqual([])
    expect(Buffer.byteLength(message)).toBeLessThan(200_000)
  })
})
