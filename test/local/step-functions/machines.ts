import {
  DescribeExecutionCommand,
  type DescribeExecutionOutput,
  GetExecutionHistoryCommand,
  type HistoryEvent,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn'
import {
  type StepFunctions,
  type StepFunctionsOptions,
  startStepFunctions,
} from '../../../local/step-functions/step-functions.ts'

const ACCOUNT = 'us-east-1:111111111111'

export const machineArn = (name: string): string => `arn:aws:states:${ACCOUNT}:stateMachine:${name}`
export const functionArn = (name: string): string => `arn:aws:lambda:${ACCOUNT}:function:${name}`

/** A state that calls a function of the test. */
export const task = (fn: string, more: object = { End: true }) => ({
  ...{ Type: 'Task', Resource: functionArn(fn) },
  ...more,
})

export type Functions = Readonly<Record<string, (input: never) => unknown>>

export interface Subject {
  readonly client: SFNClient
  readonly stepFunctions: StepFunctions
  /** Starts an execution of the machine `night`, unless another is named. */
  start(input: unknown, name?: string, machine?: string): Promise<string>
  /** Waits until an execution has ended. */
  ended(arn: string): Promise<DescribeExecutionOutput>
  history(arn: string): Promise<HistoryEvent[]>
}

/** Step Functions with machines and functions of a test. */
export async function serve(
  machines: Readonly<Record<string, object>>,
  functions: Functions,
  s3?: StepFunctionsOptions['s3'],
  runJob?: StepFunctionsOptions['runJob'],
): Promise<Subject> {
  const stepFunctions = await startStepFunctions({
    machines: Object.entries(machines).map(([name, definition]) => ({
      arn: machineArn(name),
      definition: JSON.stringify(definition),
    })),
    invoke: async (arn, input) => functions[arn.split(':').at(-1) ?? '']?.(input as never),
    ...{ s3, runJob },
  })
  const client = new SFNClient({
    endpoint: stepFunctions.url,
    region: 'us-east-1',
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  return {
    client,
    stepFunctions,
    async start(input, name, machine = 'night') {
      const { executionArn = '' } = await client.send(
        new StartExecutionCommand({
          stateMachineArn: machineArn(machine),
          name,
          input: JSON.stringify(input),
        }),
      )
      return executionArn
    },
    async ended(executionArn) {
      for (;;) {
        const execution = await client.send(new DescribeExecutionCommand({ executionArn }))
        if (execution.status !== 'RUNNING') return execution
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
    },
    async history(executionArn) {
      const { events = [] } = await client.send(
        new GetExecutionHistoryCommand({ executionArn, maxResults: 1000 }),
      )
      return events
    },
  }
}

/** An error of a function, as Lambda tells it to Step Functions. */
export const thrown = (name: string, message: string): Error =>
  Object.assign(new Error(JSON.stringify({ errorType: name, errorMessage: message })), { name })

/** Something that can be opened from outside: a function of a test waits for it. */
export function gate(): { readonly opened: Promise<void>; open(): void } {
  const { promise: opened, resolve: open } = Promise.withResolvers<void>()
  return { opened, open }
}

export const typesOf = (events: readonly HistoryEvent[]): string[] =>
  events.map(({ type }) => type ?? '')
