import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PutObjectCommand } from '@aws-sdk/client-s3'
import {
  ListExecutionsCommand,
  RedriveExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn'
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals'
import { type S3, startS3 } from '../../../local/services/s3.ts'
import {
  type Functions,
  gate,
  machineArn,
  type Subject,
  serve,
  task,
  thrown,
  typesOf,
} from './machines.ts'

let s3: S3
let directory: string
let subject: Subject | undefined
beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'usher-step-functions-test-'))
  s3 = await startS3(directory, ['bucket'])
})
afterEach(async () => {
  await subject?.stepFunctions.stop()
  subject = undefined
})
afterAll(async () => {
  await s3.stop()
  rmSync(directory, { recursive: true })
})

async function serving(machines: Readonly<Record<string, object>>, functions: Functions) {
  subject = await serve(machines, functions, s3.client)
  return subject
}

const redrive = async ({ client, ended, history }: Subject, executionArn: string) => {
  const before = (await history(executionArn)).length
  await client.send(new RedriveExecutionCommand({ executionArn }))
  const execution = await ended(executionArn)
  return { ...execution, events: (await history(executionArn)).slice(before) }
}

describe('a child execution', () => {
  const child = { StartAt: 'Load', States: { Load: task('load') } }
  const parent = {
    StartAt: 'Part 1',
    States: {
      'Part 1': {
        Type: 'Task',
        Resource: 'arn:aws:states:::states:startExecution.sync:2',
        Parameters: {
          StateMachineArn: machineArn('part'),
          'Name.$': "States.Format('{}-1-{}', $$.Execution.Name, $$.Execution.RedriveCount)",
          'Input.$': '$',
        },
        ResultSelector: { 'output.$': '$.Output', 'arn.$': '$.ExecutionArn' },
        End: true,
      },
    },
  }

  it('is started and waited for, and its output is parsed', async () => {
    const { start, ended, history } = await serving(
      { night: parent, part: child },
      { load: ({ date }: { date: string }) => ({ rows: 7, date }) },
    )
    const arn = await start({ date: '2026-11-23' }, 'one')
    const { output } = await ended(arn)
    const childArn = arn.replace(':night:one', ':part:one-1-0')
    expect(JSON.parse(output ?? '')).toEqual({
      output: { rows: 7, date: '2026-11-23' },
      arn: childArn,
    })
    const events = await history(arn)
    expect(typesOf(events)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSubmitted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ])
    expect(JSON.parse(events[4]?.taskSubmittedEventDetails?.output ?? '')).toMatchObject({
      ExecutionArn: childArn,
    })
    expect(typesOf(await history(childArn))).toContain('LambdaFunctionSucceeded')
  })

  it('fails the task when it fails, and is a new one when its parent is redriven', async () => {
    let calls = 0
    const subject = await serving(
      { night: parent, part: child },
      {
        load: () => {
          if (++calls === 1) throw thrown('BadValue', 'no number')
          return { rows: 7 }
        },
      },
    )
    const arn = await subject.start({}, 'two')
    const { error, cause } = await subject.ended(arn)
    expect(error).toBe('States.TaskFailed')
    expect(JSON.parse(cause ?? '')).toMatchObject({ Status: 'FAILED', Error: 'BadValue' })
    const { status, events } = await redrive(subject, arn)
    expect(status).toBe('SUCCEEDED')
    expect(typesOf(events).slice(0, 3)).toEqual([
      'ExecutionRedriven',
      'TaskScheduled',
      'TaskStarted',
    ])
    expect(events[1]?.previousEventId).toBe(2)
    expect(events.at(-1)?.executionSucceededEventDetails?.output).toContain('two-1-1')
  })

  it('is stopped with its parent', async () => {
    const called = gate()
    const { client, start, ended } = await serving(
      { night: parent, part: child },
      {
        load: () => {
          called.open()
          return new Promise(() => {})
        },
      },
    )
    const executionArn = await start({}, 'three')
    await called.opened
    await client.send(new StopExecutionCommand({ executionArn }))
    expect((await ended(executionArn)).status).toBe('ABORTED')
    expect((await ended(executionArn.replace(':night:three', ':part:three-1-0'))).status).toBe(
      'ABORTED',
    )
  })

  it('must have a name that is free', async () => {
    const { start, ended } = await serving({ night: parent, part: child }, { load: () => 1 })
    await ended(await start({}, 'four-1-0', 'part'))
    expect((await ended(await start({}, 'four'))).error).toBe(
      'StepFunctions.ExecutionAlreadyExistsException',
    )
  })
})

describe('a distributed Map', () => {
  const map = (more: object = {}) => ({
    StartAt: 'Extract in chunks',
    States: {
      'Extract in chunks': {
        Type: 'Map',
        ItemReader: {
          Resource: 'arn:aws:states:::s3:getObject',
          ReaderConfig: { InputType: 'JSON' },
          Parameters: { Bucket: 'bucket', 'Key.$': '$.key' },
        },
        ItemSelector: { 'chunk.$': '$$.Map.Item.Value', 'table.$': '$.table' },
        MaxConcurrency: 2,
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'Extract',
          States: {
            Extract: task('extract', {
              Retry: [{ ErrorEquals: ['Transient'], IntervalSeconds: 1, MaxAttempts: 2 }],
              End: true,
            }),
          },
        },
        ...more,
        End: true,
      },
    },
  })
  const input = { table: 'orders', key: 'chunks.json' }
  beforeAll(() =>
    s3.client.send(
      new PutObjectCommand({
        Bucket: 'bucket',
        Key: 'chunks.json',
        Body: '[{"from":1},{"from":5},{"from":9}]',
      }),
    ),
  )

  it('reads its items from S3, and runs each in an execution of its own', async () => {
    const tried = new Map<number, number>()
    let running = 0
    let most = 0
    const { client, start, ended, history } = await serving(
      { night: map() },
      {
        extract: async ({ chunk, table }: { chunk: { from: number }; table: string }) => {
          most = Math.max(most, ++running)
          await new Promise((resolve) => setTimeout(resolve, 10))
          running--
          const tries = (tried.get(chunk.from) ?? 0) + 1
          tried.set(chunk.from, tries)
          if (chunk.from === 5 && tries === 1) throw thrown('Transient', 'once more')
          return `${table} from ${chunk.from}`
        },
      },
    )
    const arn = await start(input)
    const { status, output } = await ended(arn)
    expect([status, output]).toEqual([
      'SUCCEEDED',
      '["orders from 1","orders from 5","orders from 9"]',
    ])
    expect(most).toBe(2)
    const events = await history(arn)
    expect(typesOf(events)).toEqual([
      'ExecutionStarted',
      'MapStateEntered',
      'MapStateStarted',
      'MapRunStarted',
      'MapRunSucceeded',
      'MapStateSucceeded',
      'MapStateExited',
      'ExecutionSucceeded',
    ])
    const mapRunArn = events[3]?.mapRunStartedEventDetails?.mapRunArn
    const { executions = [] } = await client.send(new ListExecutionsCommand({ mapRunArn }))
    expect(executions).toHaveLength(3)
    expect(typesOf(await history(executions[0]?.executionArn ?? ''))).toContain(
      'LambdaFunctionScheduled',
    )
    const listed = await client.send(
      new ListExecutionsCommand({ stateMachineArn: machineArn('night') }),
    )
    expect(listed.executions).toHaveLength(1)
  })

  it('fails with the first item that does, and does the others when it is redriven', async () => {
    const calls: number[] = []
    let broken = true
    const subject = await serving(
      { night: map({ MaxConcurrency: 1 }) },
      {
        extract: ({ chunk }: { chunk: { from: number } }) => {
          calls.push(chunk.from)
          if (chunk.from === 5 && broken) throw thrown('BadValue', 'no number')
          return chunk.from
        },
      },
    )
    const arn = await subject.start(input)
    expect((await subject.ended(arn)).error).toBe('States.ExceedToleratedFailureThreshold')
    broken = false
    const { output, events } = await redrive(subject, arn)
    expect(output).toBe('[1,5,9]')
    expect(calls).toEqual([1, 5, 5, 9])
    expect(typesOf(events).slice(0, 3)).toEqual([
      'ExecutionRedriven',
      'MapRunRedriven',
      'MapRunSucceeded',
    ])
  })

  it.each([
    ['no such object', 'none.json'],
    ['no list', 'object.json'],
    ['no JSON', 'broken.json'],
  ])('fails where the items are %s', async (_what, key) => {
    const put = (Key: string, Body: string) =>
      s3.client.send(new PutObjectCommand({ Bucket: 'bucket', Key, Body }))
    await put('object.json', '{}')
    await put('broken.json', '[1,')
    const { start, ended } = await serving({ night: map() }, {})
    expect((await ended(await start({ ...input, key }))).error).toBe('States.ItemReaderFailed')
  })
})

describe('a redrive', () => {
  it('goes on at the state that failed, in the branches that failed or were aborted', async () => {
    const calls: string[] = []
    let broken = true
    const does = (name: string) => () => {
      calls.push(name)
      if (name === 'hangs' && broken) return new Promise(() => {})
      if (name === 'fails' && broken) throw thrown('BadValue', 'no number')
      return name
    }
    const names = ['first', 'passes', 'fails', 'hangs', 'last']
    const branch = (...states: string[]) => ({
      StartAt: states[0],
      States: Object.fromEntries(
        states.map((name, at) => {
          const Next = states[at + 1]
          return [name, task(name, Next ? { Next } : { End: true })]
        }),
      ),
    })
    const subject = await serving(
      {
        night: {
          StartAt: 'first',
          States: {
            first: task('first', { ResultPath: null, Next: 'both' }),
            both: {
              Type: 'Parallel',
              Branches: [branch('passes'), branch('hangs'), branch('before', 'fails')],
              Next: 'last',
            },
            last: task('last', {
              Parameters: { 'redrives.$': '$$.Execution.RedriveCount', 'outputs.$': '$' },
              End: true,
            }),
          },
        },
      },
      {
        ...Object.fromEntries(names.map((name) => [name, does(name)])),
        before: does('before'),
        last: (given) => given,
      },
    )
    const arn = await subject.start({})
    const { error, redriveStatus } = await subject.ended(arn)
    expect([error, redriveStatus]).toEqual(['BadValue', 'REDRIVABLE'])
    expect(calls.sort()).toEqual(['before', 'fails', 'first', 'hangs', 'passes'])
    calls.length = 0
    broken = false
    const { status, output, redriveCount, events } = await redrive(subject, arn)
    expect([status, redriveCount]).toEqual(['SUCCEEDED', 1])
    expect(JSON.parse(output ?? '')).toEqual({ redrives: 1, outputs: ['passes', 'hangs', 'fails'] })
    expect(calls.sort()).toEqual(['fails', 'hangs'])
    expect(events[0]).toMatchObject({
      type: 'ExecutionRedriven',
      executionRedrivenEventDetails: { redriveCount: 1 },
    })
    expect(typesOf(events)).not.toContain('ParallelStateEntered')
  })

  it('goes on with an execution that was stopped, as often as it is', async () => {
    let called = gate()
    let hangs = true
    const subject = await serving(
      { night: { StartAt: 'Load', States: { Load: task('load') } } },
      {
        load: () => {
          called.open()
          return hangs ? new Promise(() => {}) : 'done'
        },
      },
    )
    const executionArn = await subject.start({})
    for (const _ of [1, 2]) {
      await called.opened
      called = gate()
      await subject.client.send(new StopExecutionCommand({ executionArn }))
      await subject.ended(executionArn)
      await subject.client.send(new RedriveExecutionCommand({ executionArn }))
    }
    await called.opened
    await subject.client.send(new StopExecutionCommand({ executionArn }))
    await subject.ended(executionArn)
    hangs = false
    const { status, redriveCount, error } = await redrive(subject, executionArn)
    expect([status, redriveCount, error]).toEqual(['SUCCEEDED', 3, undefined])
  })
})
