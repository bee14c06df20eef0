import { afterEach, describe, expect, it } from '@jest/globals'
import { listenerTo } from '../../bin/deployed/watch.ts'
import { NightRecord } from '../../local/record.ts'
import { summary } from '../../local/summary.ts'
import { type Functions, type Subject, serve, task, thrown } from './step-functions/machines.ts'

let subject: Subject | undefined
afterEach(async () => {
  await subject?.stepFunctions.stop()
  subject = undefined
})

/** Runs a machine, and has a record hear its history once it has ended. */
async function heard(states: object, functions: Functions) {
  subject = await serve({ night: { StartAt: Object.keys(states)[0], States: states } }, functions)
  const arn = await subject.start({ date: '2026-11-20' })
  await subject.ended(arn)
  const lines: string[] = []
  const record = new NightRecord((line) => lines.push(line.replaceAll(/\s+/g, ' ')))
  await listenerTo(subject.client, arn, record)()
  return { record, lines }
}

const note = { Parameters: { table: 'orders', 'error.$': '$.error' }, End: true }
const Catch = [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'orders failed' }]

describe('the record of a night', () => {
  it('says of a Map why one of its items failed', async () => {
    const { record, lines } = await heard(
      {
        'Plan orders': task('plan', {
          Parameters: { table: 'orders' },
          Next: 'Extract orders in chunks',
        }),
        'Extract orders in chunks': {
          Type: 'Map',
          ItemsPath: '$.chunks',
          ItemSelector: { table: 'orders', 'chunk.$': '$$.Map.Item.Value' },
          MaxConcurrency: 1,
          ItemProcessor: {
            ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
            StartAt: 'Extract a chunk of orders',
            States: { 'Extract a chunk of orders': task('chunk') },
          },
          Catch,
          End: true,
        },
        'orders failed': task('note', note),
      },
      {
        plan: () => ({ table: 'orders', outcome: 'planned', chunks: [1, 2, 3] }),
        chunk: ({ chunk }: { chunk: number }) => {
          if (chunk === 2)
            throw thrown('SourceRefused', 'production.orders: there is no such table')
          return {}
        },
        note: () => ({}),
      },
    )
    expect([...record.tables.values()]).toEqual([
      { table: 'orders', outcome: 'failed', message: 'production.orders: there is no such table' },
    ])
    expect(lines).toEqual(['Extract a chunk of orders failed'])
    expect(record.running.size).toBe(0)
  })

  it('knows why a table failed from its note alone', async () => {
    const { record } = await heard(
      {
        'Ask first': {
          Type: 'Pass',
          Parameters: { error: { Error: 'BadValue', Cause: '{"errorMessage":"no"}' } },
          Next: 'orders failed',
        },
        'orders failed': task('note', note),
      },
      { note: () => ({}) },
    )
    expect(record.tables.get('orders')).toEqual({
      table: 'orders',
      outcome: 'failed',
      message: 'no',
    })
  })

  it('tells nothing of an attempt after which there was another', async () => {
    let calls = 0
    const Retry = [{ ErrorEquals: ['Transient'], IntervalSeconds: 1 }]
    const { record, lines } = await heard(
      { 'Run analyze': task('run', { Parameters: { table: 'analyze' }, Retry, End: true }) },
      {
        run: () => {
          if (++calls === 1) throw thrown('Transient', 'deadlock')
          return { table: 'analyze', outcome: 'done', seconds: 4 }
        },
      },
    )
    expect(lines).toEqual(['Run analyze 4.0 s'])
    expect(record.tables.get('analyze')).toMatchObject({ outcome: 'done', isTask: true })
  })

  it('passes by what was not asked for, and keeps what it saw loaded', async () => {
    const outcomes = ['loaded', 'complete', 'not asked for']
    const { record } = await heard(
      Object.fromEntries(
        outcomes.map((_, at) => [
          `Transform ${at}`,
          task('transform', {
            Parameters: { table: at === 2 ? 'users' : 'sales', at },
            ...(at === 2 ? { End: true } : { Next: `Transform ${at + 1}` }),
          }),
        ]),
      ),
      {
        transform: ({ table, at }: { table: string; at: number }) => ({
          table,
          outcome: outcomes[at],
          rows: 5,
          seconds: 1,
        }),
      },
    )
    expect([...record.tables.values()]).toEqual([
      { table: 'sales', outcome: 'loaded', rows: 5, loadSeconds: 1 },
    ])
    expect([...record.notAsked]).toEqual(['users'])
    expect(record.steps).toEqual([
      {
        ...{ table: 'sales', state: 'Transform 0' },
        ...{ from: expect.stringMatching(/^2.*Z$/), to: expect.stringMatching(/^2.*Z$/) },
      },
    ])
  })

  it('is summed up with what never began, and with what the night says of it', () => {
    const record = new NightRecord(() => {})
    record.recordOf('events').outcome = 'loaded'
    record.notAsked.add('venues')
    const cause = '1 of 2 tables is not complete'
    const asked = ['events', 'users', 'venues']
    const lines = summary(record, { status: 'TIMED_OUT', cause }, 'the command', asked)
    expect(lines.map((line) => line.replaceAll(/\s+/g, ' '))).toEqual([
      'table rows bytes extract load outcome',
      'events loaded',
      'users never began',
      '',
      `The night took too long: ${cause}`,
      'Once that is mended, this does what is missing:',
      ' the command',
    ])
  })
  it('is summed up with what a person should see to, once, however it ended', () => {
    const record = new NightRecord(() => {})
    record.date = '2026-11-23'
    record.recordOf('events').outcome = 'loaded'
    const warning =
      'Warning of events: shop.events has 1 column more than events. Add `discount: decimal(4, 2),`'
    const shown = [
      'Warning of events: shop.events has 1 column more than events. Add',
      '  `discount: decimal(4, 2),`',
    ]
    const output = JSON.stringify({ message: `1 table is complete; 1 warning:\n${warning}` })
    const good = summary(record, { status: 'SUCCEEDED', output }, 'the command', ['events'])
    expect(good.slice(3)).toEqual([...shown, '', '1 table loaded for 2026-11-23.'])
    const cause = JSON.stringify({ errorMessage: `1 table is not complete\n${warning}\nredrive` })
    const bad = summary(record, { status: 'FAILED', cause }, 'the command', ['events', 'users'])
    expect(bad.slice(4)).toEqual([
      ...shown,
      '',
      'The night failed: 1 table is not complete',
      '  redrive',
      'Once that is mended, this does what is missing:',
      '  the command',
    ])
  })
})
