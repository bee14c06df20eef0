import {
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  GetExecutionHistoryCommand,
  ListExecutionsCommand,
  ListStateMachinesCommand,
  RedriveExecutionCommand,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { gate, machineArn, type Subject, serve, task, typesOf } from './machines.ts'

const definition = { StartAt: 'Wait', States: { Wait: task('wait') } }
const stateMachineArn = machineArn('night')
const nobody = 'arn:aws:states:us-east-1:111111111111:execution:night:nobody'

let subject: Subject
let door = gate()
beforeAll(async () => {
  subject = await serve(
    { night: definition, another: definition },
    {
      wait: async ({ fail, hold }: { fail?: boolean; hold?: boolean }) => {
        if (hold) await door.opened
        if (fail) throw new Error('refused')
        return 'done'
      },
    },
  )
})
afterAll(() => subject.stepFunctions.stop())

const start = (name?: string, input = '{}', arn = stateMachineArn) =>
  subject.client.send(new StartExecutionCommand({ stateMachineArn: arn, name, input }))

describe('StartExecution', () => {
  it('gives the execution that runs under a name, for the same input', async () => {
    door = gate()
    const first = await start('twice', '{"hold":true}')
    const [second, third] = await Promise.all([
      start('twice', '{"hold":true}'),
      start('twice', '{"hold":true}'),
    ])
    expect([second, third]).toMatchObject([
      { executionArn: first.executionArn, startDate: first.startDate },
      { executionArn: first.executionArn },
    ])
    await expect(start('twice', '{"hold": true}')).rejects.toMatchObject({
      name: 'ExecutionAlreadyExists',
      message: `Execution Already Exists: '${first.executionArn}'`,
    })
    door.open()
    await subject.ended(first.executionArn ?? '')
    await expect(start('twice', '{"hold":true}')).rejects.toMatchObject({
      name: 'ExecutionAlreadyExists',
    })
    await expect(start('twice', '{}', machineArn('another'))).resolves.toBeDefined()
  })

  it('names what nobody has named', async () => {
    const { executionArn = '' } = await start()
    expect(executionArn).toMatch(/:execution:night:[\da-f-]{36}$/)
  })

  it.each(['2026 11 23', '2026-11-23T03:30', 'a/b', 'a*', 'a\u0000', 'é~', 'a,b', '{a}'])(
    'refuses the name %j',
    async (name) => {
      await expect(start(name)).rejects.toMatchObject({ name: 'InvalidName' })
    },
  )
  it('takes other letters, dots and 80 characters, and no more', async () => {
    await start('Nächte_2026.11.23-1+1=2')
    await start('x'.repeat(80))
    await expect(start('x'.repeat(81))).rejects.toMatchObject({
      name: 'ValidationException',
      message: expect.stringContaining('length less than or equal to 80'),
    })
    await expect(start('')).rejects.toMatchObject({ name: 'ValidationException' })
  })

  it('refuses input that is no JSON, or too large', async () => {
    await expect(start('broken', '{date}')).rejects.toMatchObject({ name: 'InvalidExecutionInput' })
    await expect(start('empty', '')).rejects.toMatchObject({ name: 'InvalidExecutionInput' })
    await expect(start('large', `"${'x'.repeat(262_144)}"`)).rejects.toMatchObject({
      name: 'ValidationException',
    })
  })

  it('refuses a machine that is not there, and what is no ARN of one', async () => {
    await expect(start('x', '{}', machineArn('other'))).rejects.toMatchObject({
      name: 'StateMachineDoesNotExist',
    })
    await expect(start('x', '{}', 'night')).rejects.toMatchObject({ name: 'InvalidArn' })
    await expect(start('x', '{}', nobody)).rejects.toMatchObject({ name: 'InvalidArn' })
  })
})

describe('executions', () => {
  it('are described', async () => {
    const { executionArn = '' } = await start('described', '{"a": 1}')
    expect(await subject.ended(executionArn)).toMatchObject({
      executionArn,
      stateMachineArn,
      name: 'described',
      status: 'SUCCEEDED',
      startDate: expect.any(Date),
      stopDate: expect.any(Date),
      input: '{"a": 1}',
      inputDetails: { included: true },
      output: '"done"',
      redriveCount: 0,
      redriveStatus: 'NOT_REDRIVABLE',
    })
    await expect(
      subject.client.send(new DescribeExecutionCommand({ executionArn: nobody })),
    ).rejects.toMatchObject({
      name: 'ExecutionDoesNotExist',
      message: `Execution Does Not Exist: '${nobody}'`,
    })
  })

  it('are listed, the newest first, page by page, by status', async () => {
    const lone = await serve(
      { night: definition },
      { wait: ({ ok }: { ok: number }) => ok || fail() },
    )
    const fail = () => {
      throw new Error('no')
    }
    try {
      for (const [n, ok] of [1, 0, 1, 1, 0].entries()) {
        await lone.ended(await lone.start({ ok }, `number-${n}`))
      }
      const list = (more: object) =>
        lone.client.send(new ListExecutionsCommand({ stateMachineArn, ...more }))
      const names = async (more: object) => {
        const { executions = [], nextToken } = await list(more)
        return { names: executions.map(({ name }) => name), nextToken }
      }
      const first = await names({ maxResults: 2 })
      expect(first.names).toEqual(['number-4', 'number-3'])
      const second = await names({ maxResults: 2, nextToken: first.nextToken })
      expect(second.names).toEqual(['number-2', 'number-1'])
      const last = await names({ maxResults: 2, nextToken: second.nextToken })
      expect(last).toEqual({ names: ['number-0'], nextToken: undefined })
      expect((await names({ statusFilter: 'FAILED' })).names).toEqual(['number-4', 'number-1'])
      await expect(list({ nextToken: 'x' })).rejects.toMatchObject({ name: 'InvalidToken' })
      await expect(list({ maxResults: 1001 })).rejects.toMatchObject({
        name: 'ValidationException',
      })
      await expect(list({ statusFilter: 'DONE' })).rejects.toMatchObject({
        name: 'ValidationException',
      })
      await expect(list({ stateMachineArn: undefined })).rejects.toMatchObject({
        name: 'ValidationException',
      })
    } finally {
      await lone.stepFunctions.stop()
    }
  })

  it('have a history that is read forwards and backwards, with and without data', async () => {
    const { executionArn = '' } = await start('read')
    await subject.ended(executionArn)
    const read = (more: object) =>
      subject.client.send(new GetExecutionHistoryCommand({ executionArn, ...more }))
    const { events: first = [], nextToken } = await read({ maxResults: 4 })
    const { events: rest = [], nextToken: end } = await read({ maxResults: 4, nextToken })
    expect([first.length, rest.length, end]).toEqual([4, 3, undefined])
    const { events: reverse = [] } = await read({ reverseOrder: true })
    expect(reverse.map(({ id }) => id)).toEqual([7, 6, 5, 4, 3, 2, 1])
    const { events: bare = [] } = await read({ includeExecutionData: false })
    expect(bare[0]?.executionStartedEventDetails).toEqual({ roleArn: expect.any(String) })
    expect(bare[1]?.stateEnteredEventDetails).toEqual({ name: 'Wait' })
  })

  it('are stopped, with an error and a cause', async () => {
    door = gate()
    const { executionArn = '' } = await start('stopped', '{"hold":true}')
    const stop = (cause: string) =>
      subject.client.send(new StopExecutionCommand({ executionArn, error: 'Stopped', cause }))
    await expect(stop('x'.repeat(32_769))).rejects.toMatchObject({ name: 'ValidationException' })
    const { stopDate } = await stop('x'.repeat(32_768))
    expect(stopDate).toBeInstanceOf(Date)
    const { status, error, cause } = await subject.ended(executionArn)
    expect([status, error, cause?.length]).toEqual(['ABORTED', 'Stopped', 32_768])
    expect(typesOf(await subject.history(executionArn)).slice(-2)).toEqual([
      'TaskStateAborted',
      'ExecutionAborted',
    ])
    door.open()
  })
})

describe('state machines', () => {
  it('are listed and described', async () => {
    const { stateMachines } = await subject.client.send(new ListStateMachinesCommand({}))
    expect(stateMachines).toMatchObject([
      { name: 'another', type: 'STANDARD' },
      { name: 'night', stateMachineArn, creationDate: expect.any(Date) },
    ])
    const page = await subject.client.send(new ListStateMachinesCommand({ maxResults: 1 }))
    expect([page.stateMachines?.length, page.nextToken]).toEqual([1, expect.any(String)])
    const described = await subject.client.send(
      new DescribeStateMachineCommand({ stateMachineArn }),
    )
    expect(JSON.parse(described.definition ?? '')).toEqual(definition)
  })
})

describe('RedriveExecution', () => {
  const redrive = (executionArn: string, clientToken?: string) =>
    subject.client.send(new RedriveExecutionCommand({ executionArn, clientToken }))

  it('refuses what runs, what has succeeded and what is not there', async () => {
    door = gate()
    const running = await start('running', '{"hold":true}')
    await expect(redrive(running.executionArn ?? '')).rejects.toMatchObject({
      name: 'ExecutionNotRedrivable',
    })
    door.open()
    await subject.ended(running.executionArn ?? '')
    await expect(redrive(running.executionArn ?? '')).rejects.toMatchObject({
      name: 'ExecutionNotRedrivable',
    })
    await expect(redrive(nobody)).rejects.toMatchObject({ name: 'ExecutionDoesNotExist' })
  })

  it('is done once for a token', async () => {
    const { executionArn = '' } = await start('token', '{"fail":true}')
    await subject.ended(executionArn)
    const { redriveDate } = await redrive(executionArn, 'mine')
    await subject.ended(executionArn)
    expect(await redrive(executionArn, 'mine')).toMatchObject({ redriveDate })
    const { redriveCount, redriveStatus } = await subject.ended(executionArn)
    expect([redriveCount, redriveStatus]).toEqual([1, 'REDRIVABLE'])
  })
})
