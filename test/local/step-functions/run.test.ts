import { GetExecutionHistoryCommand } from '@aws-sdk/client-sfn'
import { afterEach, describe, expect, it } from '@jest/globals'
import {
  type Functions,
  functionArn,
  type Subject,
  serve,
  task,
  thrown,
  typesOf,
} from './machines.ts'

let subject: Subject | undefined
afterEach(async () => {
  await subject?.stepFunctions.stop()
  subject = undefined
})

/** Runs a machine of these states, the first of which it starts at. */
async function run(states: object, functions: Functions, input: unknown = {}) {
  subject = await serve({ night: { StartAt: Object.keys(states)[0], States: states } }, functions)
  const arn = await subject.start(input, 'first')
  const execution = await subject.ended(arn)
  const events = await subject.history(arn)
  return {
    ...execution,
    events,
    types: typesOf(events),
    result: JSON.parse(execution.output ?? 'null'),
  }
}

const flaky = (times: number, name = 'Transient') => {
  let calls = 0
  return () => {
    if (++calls <= times) throw thrown(name, `try ${calls}`)
    return { calls }
  }
}
const again = (ErrorEquals: string, MaxAttempts = 3) => [
  {
    ErrorEquals: [ErrorEquals],
    IntervalSeconds: 1,
    MaxAttempts,
    BackoffRate: 1,
    JitterStrategy: 'FULL',
  },
]

describe('an execution', () => {
  it('calls functions one after another, and writes down each event', async () => {
    const { status, result, events, types, input } = await run(
      {
        Extract: task('extract', {
          Parameters: { 'table.$': '$.table' },
          ResultPath: '$.task',
          Next: 'Load',
        }),
        Load: task('load', { InputPath: '$.task', End: true }),
      },
      { extract: (given) => ({ given, rows: 7 }), load: ({ rows }: { rows: number }) => rows + 1 },
      { table: 'events', date: '2026-11-23' },
    )
    expect([status, result]).toEqual(['SUCCEEDED', 8])
    expect(input).toBe('{"table":"events","date":"2026-11-23"}')
    expect(types).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'LambdaFunctionScheduled',
      'LambdaFunctionStarted',
      'LambdaFunctionSucceeded',
      'TaskStateExited',
      'TaskStateEntered',
      'LambdaFunctionScheduled',
      'LambdaFunctionStarted',
      'LambdaFunctionSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ])
    expect(events.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
    expect(events.map(({ previousEventId }) => previousEventId)).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11,
    ])
    expect(events[2]?.lambdaFunctionScheduledEventDetails).toMatchObject({
      resource: functionArn('extract'),
      input: '{"table":"events"}',
    })
    expect(events[5]?.stateExitedEventDetails).toMatchObject({
      name: 'Extract',
      output: '{"table":"events","date":"2026-11-23","task":{"given":{"table":"events"},"rows":7}}',
    })
    expect(events[0]?.timestamp).toBeInstanceOf(Date)
  })

  it('knows itself in the context object', async () => {
    const { result, executionArn, stateMachineArn, startDate } = await run(
      {
        Pass: { Type: 'Pass', Result: { other: 1 }, Next: 'Ask' },
        Ask: task('ask', {
          Parameters: {
            'execution.$': '$$.Execution',
            'state.$': '$$.State.Name',
            'tries.$': '$$.State.RetryCount',
            'machine.$': '$$.StateMachine',
          },
          Retry: again('Transient'),
          End: true,
        }),
      },
      {
        ask: (given: { tries: number }) => {
          if (given.tries < 2) throw thrown('Transient', 'again')
          return given
        },
      },
      { date: '2026-11-23' },
    )
    expect(result).toEqual({
      execution: {
        Id: executionArn,
        Name: 'first',
        Input: { date: '2026-11-23' },
        StartTime: startDate?.toISOString(),
        RedriveCount: 0,
      },
      state: 'Ask',
      tries: 2,
      machine: { Id: stateMachineArn, Name: 'night' },
    })
  })

  it('tries again what Retry names, and then catches', async () => {
    const Catch = [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'Note' }]
    const { status, result, types } = await run(
      {
        Load: task('load', { Retry: again('Transient', 2), Catch, End: true }),
        Note: { Type: 'Pass', End: true },
      },
      { load: flaky(9) },
      { table: 'events' },
    )
    expect(status).toBe('SUCCEEDED')
    expect(result).toEqual({
      table: 'events',
      error: { Error: 'Transient', Cause: '{"errorType":"Transient","errorMessage":"try 3"}' },
    })
    expect(types.filter((type) => type === 'LambdaFunctionFailed')).toHaveLength(3)
    expect(types.filter((type) => type === 'TaskStateEntered')).toHaveLength(1)
    expect(types.slice(-4)).toEqual([
      'TaskStateExited',
      'PassStateEntered',
      'PassStateExited',
      'ExecutionSucceeded',
    ])
  })

  it('fails with the error of its state', async () => {
    const { status, error, cause, events } = await run(
      { Load: task('load') },
      { load: flaky(1, 'BadValue') },
    )
    expect([status, error]).toEqual(['FAILED', 'BadValue'])
    expect(JSON.parse(cause ?? '')).toMatchObject({ errorMessage: 'try 1' })
    expect(events.at(-1)).toMatchObject({
      type: 'ExecutionFailed',
      executionFailedEventDetails: { error: 'BadValue', cause },
      previousEventId: events.length - 1,
    })
  })

  it('fails as a Fail state says, and cuts a cause that is too long', async () => {
    const { error, cause, types } = await run(
      { Fail: { Type: 'Fail', Error: 'NightIncomplete', CausePath: '$.message' } },
      {},
      { message: 'x'.repeat(40_000) },
    )
    expect([error, cause?.length]).toEqual(['NightIncomplete', 32_768])
    expect(types).toEqual(['ExecutionStarted', 'FailStateEntered', 'ExecutionFailed'])
  })

  it('chooses, and may come back to a state', async () => {
    const { result, types } = await run(
      {
        Count: task('count', { Next: 'Enough?' }),
        'Enough?': {
          Type: 'Choice',
          Choices: [{ Variable: '$.n', NumericGreaterThanEquals: 3, Next: 'Done' }],
          Default: 'Count',
        },
        Done: { Type: 'Succeed' },
      },
      { count: ({ n }: { n: number }) => ({ n: n + 1 }) },
      { n: 0 },
    )
    expect(result).toEqual({ n: 3 })
    expect(types.filter((type) => type === 'ChoiceStateEntered')).toHaveLength(3)
    expect(types.slice(-3)).toEqual([
      'SucceedStateEntered',
      'SucceedStateExited',
      'ExecutionSucceeded',
    ])
  })

  it('runs all branches of a Parallel at once, be they a hundred', async () => {
    let waiting = 0
    const { promise, resolve } = Promise.withResolvers<void>()
    const branch = (n: number) => ({
      StartAt: `Branch ${n}`,
      States: { [`Branch ${n}`]: task('wait') },
    })
    const { result, types, events } = await run(
      {
        All: {
          Type: 'Parallel',
          Branches: Array.from({ length: 100 }, (_, n) => branch(n)),
          End: true,
        },
      },
      {
        wait: async () => {
          if (++waiting === 100) resolve()
          await promise
          return 1
        },
      },
    )
    expect(result).toHaveLength(100)
    expect(types.slice(0, 3)).toEqual([
      'ExecutionStarted',
      'ParallelStateEntered',
      'ParallelStateStarted',
    ])
    expect(types.slice(-3)).toEqual([
      'ParallelStateSucceeded',
      'ParallelStateExited',
      'ExecutionSucceeded',
    ])
    const first = events.filter(({ type }) => type === 'TaskStateEntered')
    expect(new Set(first.map(({ previousEventId }) => previousEventId))).toEqual(new Set([3]))
  })

  it('aborts the branches beside one that fails', async () => {
    const branch = (name: string) => ({ StartAt: name, States: { [name]: task(name) } })
    const { status, error, types } = await run(
      { Both: { Type: 'Parallel', Branches: [branch('fails'), branch('hangs')], End: true } },
      { fails: flaky(1, 'BadValue'), hangs: () => new Promise(() => {}) },
    )
    expect([status, error]).toEqual(['FAILED', 'BadValue'])
    expect(types.slice(-3)).toEqual(['TaskStateAborted', 'ParallelStateFailed', 'ExecutionFailed'])
  })

  it('iterates over the items of an inline Map, so many at once', async () => {
    let running = 0
    let most = 0
    const { result, types } = await run(
      {
        Each: {
          Type: 'Map',
          ItemsPath: '$.days',
          ItemSelector: {
            'day.$': '$$.Map.Item.Value',
            'at.$': '$$.Map.Item.Index',
            'table.$': '$.table',
          },
          MaxConcurrency: 2,
          ItemProcessor: { StartAt: 'Day', States: { Day: task('day') } },
          End: true,
        },
      },
      {
        day: async (given) => {
          most = Math.max(most, ++running)
          await new Promise((resolve) => setTimeout(resolve, 5))
          running--
          return given
        },
      },
      { table: 'clicks', days: ['a', 'b', 'c', 'd'] },
    )
    expect(result).toEqual(['a', 'b', 'c', 'd'].map((day, at) => ({ day, at, table: 'clicks' })))
    expect(most).toBe(2)
    expect(types.filter((type) => type === 'MapIterationSucceeded')).toHaveLength(4)
    expect(types.slice(-3)).toEqual(['MapStateSucceeded', 'MapStateExited', 'ExecutionSucceeded'])
  })

  it('ends a task whose time is up, which States.TaskFailed does not catch', async () => {
    const hang = () => new Promise(() => {})
    const Catch = [{ ErrorEquals: ['States.TaskFailed'], Next: 'Load' }]
    const { status, error, types } = await run(
      { Load: task('hang', { TimeoutSeconds: 1, Catch, End: true }) },
      { hang },
    )
    expect([status, error]).toEqual(['FAILED', 'States.Timeout'])
    expect(types).toContain('LambdaFunctionTimedOut')
  })

  it('ends when its own time is up', async () => {
    subject = await serve(
      {
        night: {
          StartAt: 'Wait',
          States: { Wait: { Type: 'Wait', Seconds: 60, End: true } },
          TimeoutSeconds: 1,
        },
      },
      {},
    )
    const arn = await subject.start({})
    expect((await subject.ended(arn)).status).toBe('TIMED_OUT')
    expect(typesOf(await subject.history(arn)).slice(-2)).toEqual([
      'WaitStateAborted',
      'ExecutionTimedOut',
    ])
  })

  it.each([
    ['a result', { Load: task('large') }, {}],
    [
      'an output',
      { Load: task('small', { ResultPath: '$.task', End: true }) },
      { filler: 'x'.repeat(262_100) },
    ],
  ])(
    'takes %s of 256 KB and no more, and no wildcard catches that',
    async (_what, states, input) => {
      const Catch = [{ ErrorEquals: ['States.ALL'], ResultPath: null, Next: 'Load' }]
      const { error, cause } = await run(
        { Load: { ...states.Load, Catch } },
        { large: () => 'x'.repeat(262_143), small: () => 'x'.repeat(100) },
        input,
      )
      expect(error).toBe('States.DataLimitExceeded')
      expect(cause).toContain('exceeding the maximum number of bytes')
    },
  )

  it('fails when its history is full', async () => {
    const { error, cause, executionArn } = await run(
      {
        Again: { Type: 'Pass', Next: 'Enough?' },
        'Enough?': {
          Type: 'Choice',
          Choices: [{ Variable: '$.enough', BooleanEquals: true, Next: 'Done' }],
          Default: 'Again',
        },
        Done: { Type: 'Succeed' },
      },
      {},
      { enough: false },
    )
    expect([error, cause]).toEqual(['States.Runtime', expect.stringContaining('(25000)')])
    const { events } = await (subject as Subject).client.send(
      new GetExecutionHistoryCommand({ executionArn, reverseOrder: true, maxResults: 1 }),
    )
    expect(events).toMatchObject([{ id: 25_000, type: 'ExecutionFailed' }])
  }, 60_000)

  it.each([
    [
      'JSONata',
      { QueryLanguage: 'JSONata', StartAt: 'A', States: { A: { Type: 'Succeed' } } },
      'JSONata',
    ],
    [
      'a field',
      {
        StartAt: 'A',
        States: { A: task('a', { HeartbeatSeconds: 5, TimeoutSeconds: 9, End: true }) },
      },
      'night: the local stand-in for Step Functions does not know the field HeartbeatSeconds of the Task state A',
    ],
    ['a state', { StartAt: 'B', States: { A: { Type: 'Succeed' } } }, 'invalid'],
  ])(
    'is refused where its definition has %s that is not known',
    async (_what, definition, message) => {
      await expect(serve({ night: definition }, {})).rejects.toThrow(message)
    },
  )
})
