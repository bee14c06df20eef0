import {
  DescribeExecutionCommand,
  RedriveExecutionCommand,
  SFNClient,
  StartExecutionCommand,
  StopExecutionCommand,
} from '@aws-sdk/client-sfn'
import { afterEach, beforeEach, expect, it, jest } from '@jest/globals'
import { generator, integer, sql, table, transform } from '#lib'
import { graphOf } from '../../lib/graph/graph.ts'
import { placeholder } from '../../lib/machine/names.ts'
import { awaitUpstream } from '../../lib/night/await.ts'
import { executionsOf } from '../../lib/night/executions.ts'
import { prepareNight } from '../../lib/night/prepare.ts'
import { writeReceipt } from '../../lib/night/receipt.ts'
import { endNight, noteFailure, reportNight } from '../../lib/night/report.ts'
import { type TaskInput, tableOf, unlessComplete } from '../../lib/night/task.ts'
import type { Warehouse } from '../../lib/redshift/client.ts'
import { TaskError } from '../../local/lambda.ts'
import type { Message } from '../../local/step-functions/publish.ts'
import {
  type StepFunctions,
  startStepFunctions,
} from '../../local/step-functions/step-functions.ts'
import { compile } from '../machine/compile.ts'
import { memoryBucket } from './memory-bucket.ts'

const mirror = (name: string) =>
  table(name, {
    columns: { id: integer() },
    from: generator(() => [{ id: 1 }]),
    row: (row) => row,
  })
const [a, b] = [mirror('a'), mirror('b')]
const ab = transform('ab', { select: { id: a.id }, from: sql`${a} cross join ${b}` })
const graph = graphOf([a, b, ab])
const date = '2026-11-23'
const arn = 'arn:aws:states:us-east-1:111111111111:stateMachine:usher-dev-night'
const executionArn = (name: string) => `${arn.replace('stateMachine', 'execution')}:${name}`

let stand: StepFunctions
let client: SFNClient
let made: string[]
/** What people were told. */
let told: Message[]
/** What happens to a table on its way; a test may change it. */
let meanwhile: (id: string) => Promise<void>

beforeEach(async () => {
  jest.spyOn(process.stdout, 'write').mockImplementation(() => true)
  made = []
  told = []
  meanwhile = async () => {}
  const bucket = memoryBucket()
  // Nothing of this is about the warehouse.
  const warehouse = { query: async () => [], transaction: async () => [] } as Partial<Warehouse>
  const tools = { graph, bucket, warehouse: warehouse as Warehouse, stage: 'dev', timeZone: 'UTC' }
  async function work(fn: string, event: never): Promise<unknown> {
    if (fn === 'prepare') return prepareNight({ ...tools, isRunning: executionsOf(client) }, event)
    if (fn === 'report') return 'ending' in event ? endNight(event) : reportNight(tools, event)
    if (fn === 'await') return awaitUpstream(tools, event)
    if (fn === 'note') return (await noteFailure(tools, event)) ?? null
    if (fn === 'extract') return event
    const input = event as TaskInput
    return unlessComplete(graph, bucket, input, async () => {
      const id = input.table
      await meanwhile(id)
      made.push(`${id} by ${input.run}`)
      await writeReceipt(bucket, tableOf(graph, id), {
        date,
        run: input.run,
        rows: 1,
        loadSeconds: 1,
      })
      return { table: id, date, run: input.run, outcome: 'loaded', rows: 1 }
    })
  }
  const definition = JSON.stringify(compile(graph, () => 1).night)
  stand = await startStepFunctions({
    machines: [{ arn, definition: definition.replaceAll(placeholder('Partition'), 'aws') }],
    async invoke(fn, input) {
      try {
        return await work(fn.split(':').at(-1) ?? '', input as never)
      } catch (error) {
        const { name, message } = error as Error
        throw new TaskError(name, message)
      }
    },
    async publish(message) {
      told.push(message)
      return 'message'
    },
    s3: undefined as never,
  })
  client = new SFNClient({
    ...{ endpoint: stand.url, region: 'us-east-1' },
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
})
afterEach(() => stand.stop())

const start = (name: string, input: object = { date }) =>
  client.send(
    new StartExecutionCommand({ stateMachineArn: arn, name, input: JSON.stringify(input) }),
  )

const redrive = (name: string) =>
  client.send(new RedriveExecutionCommand({ executionArn: executionArn(name) }))

/** Waits for an execution's end. */
async function end(name: string) {
  for (;;) {
    const found = await client.send(
      new DescribeExecutionCommand({ executionArn: executionArn(name) }),
    )
    if (found.status !== 'RUNNING') return found
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

it('goes round once more when it is redriven, and does what is missing', async () => {
  meanwhile = async (id) => {
    if (id === 'b')
      throw Object.assign(new Error('the password is wrong'), { name: 'SourceRefused' })
  }
  await start('night')
  const failed = await end('night')
  expect(failed).toMatchObject({ status: 'FAILED', error: 'NightIncomplete' })
  expect(failed.cause).toContain('b failed: the password is wrong')
  expect(made).toEqual(['a by night'])
  expect(told.map(({ Subject }) => Subject)).toEqual([
    'Usher dev: 2 of 3 tables not complete for 2026-11-23',
  ])
  expect(told[0]?.Message).toContain('FAILED: b\n  the password is wrong')
  // Redriven too early, it fails as it did, and can be redriven again.
  await redrive('night')
  expect(await end('night')).toMatchObject({ status: 'FAILED', redriveCount: 1 })
  expect(told).toHaveLength(2)
  meanwhile = async () => {}
  await redrive('night')
  expect(await end('night')).toMatchObject({ status: 'SUCCEEDED', redriveCount: 2 })
  expect(made).toEqual(['a by night', 'b by night', 'ab by night'])
  expect(told).toHaveLength(2)
})

it('leaves a date to the execution that has taken it since, though it is redriven', async () => {
  const reached = Promise.withResolvers<void>()
  const on = Promise.withResolvers<void>()
  meanwhile = async (id) => {
    if (id !== 'b') return
    reached.resolve()
    await on.promise
    throw Object.assign(new Error('it was stopped'), { name: 'Stopped' })
  }
  await start('first')
  await reached.promise
  await start('refused')
  const refused = await end('refused')
  expect(refused.error).toBe('RunHeld')
  expect(refused.cause).toContain('the execution first is doing 2026-11-23')
  await client.send(new StopExecutionCommand({ executionArn: executionArn('first') }))
  expect(await end('first')).toMatchObject({ status: 'ABORTED' })
  const over = Promise.withResolvers<void>()
  const taken = Promise.withResolvers<void>()
  meanwhile = () => {
    taken.resolve()
    return over.promise
  }
  await start('second', { date, tables: ['b'] })
  await taken.promise
  on.resolve()
  await redrive('first')
  const late = await end('first')
  expect(late).toMatchObject({ status: 'FAILED', error: 'RunHeld' })
  expect(late.cause).toContain('the execution second is doing 2026-11-23')
  over.resolve()
  expect(await end('second')).toMatchObject({ status: 'SUCCEEDED' })
  expect(made).toEqual(['a by first', 'b by second'])
  // Once the other has ended, it takes the date anew and does the rest.
  await redrive('first')
  expect(await end('first')).toMatchObject({ status: 'SUCCEEDED' })
  expect(made).toEqual(['a by first', 'b by second', 'ab by first'])
})
