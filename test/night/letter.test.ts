import { beforeAll, describe, expect, it, jest } from '@jest/globals'
import { generator, integer, table } from '#lib'
import { graphOf } from '../../lib/graph/graph.ts'
import { type Incomplete, letterOf } from '../../lib/night/letter.ts'
import { writeReceipt } from '../../lib/night/receipt.ts'
import {
  type Ending,
  endNight,
  noteFailure,
  type Report,
  reportNight,
} from '../../lib/night/report.ts'
import { definition } from '../../lib/table/definition.ts'
import { messageOf } from '../../local/step-functions/publish.ts'
import { expectGolden } from '../golden.ts'
import { graphBy } from '../graph/random.ts'
import { compile } from '../machine/compile.ts'
import { run } from '../machine/run.ts'
import { memoryBucket } from './memory-bucket.ts'

beforeAll(() => {
  jest.spyOn(process.stdout, 'write').mockImplementation(() => true)
})

const arn = 'arn:aws:states:eu-west-1:111111111111'
const execution = `${arn}:execution:usher-prod-night:nightly-0f9a`
const note = (table: string, reason: string, error = 'WarehouseRefused') => ({
  table,
  error,
  reason,
})
const refused = [
  "orders: COPY refused the file part-00003.csv.zst, line 1204, column note: 'a note that is",
  "much longer than its column' is longer than varchar(20): Value length exceeds DDL length",
].join(' ')
const night: Incomplete = {
  ...{ stage: 'prod', execution, amount: '4 of 26 tables', verb: 'are' },
  failed: [note('orders', refused), note('users', 'the password is wrong', 'SourceRefused')],
  skipped: ['sales_by_day', 'event_demand'].map((table) =>
    note(table, `orders is not complete (+${table} does that too)`, 'DependencyIncomplete'),
  ),
  warnings: ['Warning of events: its source has a column that is not declared: starts_on'],
  input: { date: '2026-11-23' },
}

/** As a topic takes it, or refuses it. */
const published = ({ subject, message }: ReturnType<typeof letterOf>) =>
  messageOf({
    TopicArn: 'arn:aws:sns:eu-west-1:111111111111:f',
    Subject: subject,
    Message: message,
  })

describe('the letter of a night that is incomplete', () => {
  it('says what failed and why, what was skipped, and how to do the rest', () => {
    const { Subject, Message } = published(letterOf(night))
    expectGolden('night.letter.txt', `Subject: ${Subject}\n\n${Message}`)
  })

  it('is of lines that a terminal shows whole, but for what has no spaces', () => {
    const { message } = letterOf(night)
    const wide = message.split('\n').filter((line) => line.length > 76)
    expect(wide).toEqual([expect.stringMatching(/^ {2}https:\/\/\S+$/)])
  })

  it('says each reason once, and only names what there are too many of', () => {
    const lost = Array.from({ length: 30 }, (_, at) => note(`t${at}`, 'the server is away'))
    const { message } = letterOf({ ...night, failed: lost, skipped: [] })
    expect(message.match(/the server is away/g)).toHaveLength(1)
    const long = Array.from({ length: 300 }, (_, at) => note(`t${at}`, `${at} ${'€'.repeat(4000)}`))
    const { Message } = published(letterOf({ ...night, failed: long, skipped: [] }))
    expect(Message).toContain(`\n  ${'€'.repeat(4000)}\n`)
    expect(Message).toContain('FAILED too: t20, t21,')
    expect(Buffer.byteLength(Message)).toBeLessThan(64_000)
  })

  it('says of what was skipped what it lacks, where nothing failed', () => {
    const { message } = letterOf({ ...night, failed: [] })
    expect(message).toContain('SKIPPED: sales_by_day, since orders is not complete')
  })

  it('repeats what was asked for', () => {
    const input = {
      date: '2026-11-23',
      tables: ['+orders', 'users'],
      force: true,
      accept: ['users'],
    }
    const { message } = letterOf({ ...night, input })
    expect(message).toContain(`\n  ${JSON.stringify(input)}\n`)
    const words = '--date 2026-11-23 --tables +orders,users --force --accept users'
    expect(message).toContain(`\n  npx usher start --stage prod ${words}\n`)
  })

  it('has a subject that a topic takes, whatever the stage is called', () => {
    const { Subject } = published(letterOf({ ...night, stage: 'größe'.repeat(40) }))
    expect(Subject).toHaveLength(99)
  })
})

it('warns of what is complete where something else is not', async () => {
  const numbers = (name: string) =>
    table(name, { columns: { id: integer() }, from: generator(() => []), row: (row) => row })
  const [lost, done] = [numbers('lost'), numbers('done')]
  const bucket = memoryBucket()
  const warnings = ['its source has a column that is not declared: starts_on']
  const receipt = { date: '2026-11-23', run: 'n', loadSeconds: 1, warnings }
  await writeReceipt(bucket, done[definition], receipt)
  const { incomplete, message } = await reportNight(
    { graph: graphOf([lost, done]), bucket, stage: 'prod' },
    {
      ...{ date: '2026-11-23', run: 'n', tables: [], force: false, redrives: 0, redriven: 0 },
      ...{ execution, startedAt: '2026-11-24T03:30:00Z', warnings: ['nobody may read'] },
    },
  )
  const warning = 'Warning of done: its source has a column that is not declared: starts_on'
  expect(incomplete?.subject).toBe('Usher prod: 1 of 2 tables not complete for 2026-11-23')
  expect(incomplete?.message).toContain(`\n\nWarning: nobody may read\n\n${warning}\n\n`)
  expect(message).toContain(`\nWarning: nobody may read\n${warning}\n`)
})

const places = table('places', {
  columns: { id: integer().primaryKey() },
  from: generator(() => []),
  row: () => ({ id: 1 }),
})

describe('a night of which a whole part fails', () => {
  it.each([
    ['what its execution says', { ExecutionArn: arn, Error: 'NoRoom', Cause: 'it was full' }],
    ['whatever there is', { ExecutionArn: arn }],
  ])('is told of with %s', async (_what, cause) => {
    const graph = graphOf([places])
    const bucket = memoryBucket()
    const error = { Error: 'States.TaskFailed', Cause: JSON.stringify(cause) }
    await noteFailure({ graph, bucket }, { part: ['places'], run: 'nightly', error })
    const { incomplete } = await reportNight(
      { graph, bucket, stage: 'prod' },
      {
        ...{ date: '2026-11-23', run: 'nightly', tables: [], force: false },
        ...{ redrives: 0, redriven: 0, execution, startedAt: '2026-11-24T02:00:00Z' },
      },
    )
    const words = 'Error' in cause ? 'NoRoom: it was full' : JSON.stringify(cause)
    expect(incomplete?.message.replaceAll(/\s+/g, ' ')).toContain(`FAILED: places ${words}`)
  })
})

describe('a night that is incomplete', () => {
  const report: Report = {
    ...{ date: '2026-11-23', run: 'n', tables: 2, tasks: 0, rows: 0, again: false, redrives: 0 },
    ...{ message: 'b is not complete', incomplete: letterOf(night) },
  }
  const { night: machine } = compile(
    graphBy(2, () => []),
    () => 1,
  )
  const ended = (tell: () => void) => {
    const states: string[] = []
    const failure = run(machine, { input: {}, name: 'n' }, async (state, event) => {
      states.push(state)
      if (state === 'Prepare')
        return {
          date: '2026-11-23',
          run: 'n',
          tables: [],
          selected: [],
          force: false,
          accept: [],
          redrives: 0,
          warnings: [],
        }
      if (state === 'Report') return report
      if (state === 'Tell of it') tell()
      if (state === 'Night incomplete') return endNight(event as Ending)
      return null
    })
    return { states, failure }
  }

  it('is told of once, and then fails', async () => {
    const { states, failure } = ended(() => {})
    expect(await failure).toBe('b is not complete')
    expect(states.slice(-3)).toEqual(['Report', 'Tell of it', 'Night incomplete'])
  })

  it('fails by another name where nobody could be told, so that the rule tells of it', async () => {
    const { failure } = ended(() => {
      throw Object.assign(new Error('not authorized'), { name: 'SNS.AuthorizationErrorException' })
    })
    expect(await failure).toBe(
      'b is not complete\nthe topic was not told of it: SNS.AuthorizationErrorException: not authorized',
    )
    const untold = { Error: 'SNS.AuthorizationErrorException', Cause: 'not authorized' }
    const ending = { ...report, untold }
    await expect(endNight({ ending, redriven: 0 })).rejects.toMatchObject({ name: 'NightUntold' })
    expect(await endNight({ ending, redriven: 1 })).toMatchObject({ again: true })
  })
})
