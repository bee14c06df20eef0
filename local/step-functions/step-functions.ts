import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { json } from 'node:stream/consumers'
import { definitionOf } from './definition.ts'
import { ApiError } from './error.ts'
import type { Execution, Machine } from './execution.ts'
import { executionsOf, type Listener } from './executions.ts'
import { operationsOf } from './operations.ts'
import type { World } from './run.ts'

/** A stand-in for AWS Step Functions that is up. */
export interface StepFunctions {
  /** What AWS_ENDPOINT_URL_SFN is set to. */
  readonly url: string
  /** Runs an execution to its end. Throws an error where it cannot be started. */
  run(machine: string, name: string, input: object): Promise<Outcome>
  /** Aborts what runs. */
  stop(): Promise<void>
}

/** How an execution ended. */
export type Outcome = Pick<Execution, 'status' | 'output' | 'error' | 'cause'>

export interface MachineDefinition {
  readonly arn: string
  /** In the Amazon States Language. */
  readonly definition: string
}

export interface StepFunctionsOptions extends Pick<World, 'invoke' | 'publish' | 'runJob' | 's3'> {
  readonly machines: readonly MachineDefinition[]
  /** Hears each event of each execution as it happens. */
  readonly listener?: Listener
}

/** Serves the API of Step Functions on loopback for a set of state machines. */
export async function startStepFunctions(options: StepFunctionsOptions): Promise<StepFunctions> {
  const { machines, listener, ...outside } = options
  const executions = executionsOf(
    new Map(machines.map((machine) => [machine.arn, machineOf(machine)])),
    outside,
    listener,
  )
  const operations = operationsOf(executions)
  const server = createServer((request, response) => void answer(operations, request, response))
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async run(machine, name, input) {
      const execution = executions.start(machine, name, JSON.stringify(input))
      await execution.ended
      const { status, output, error, cause } = execution
      return { status, output, error, cause }
    },
    async stop() {
      const running = [...executions.all.values()].filter(({ status }) => status === 'RUNNING')
      for (const execution of running) executions.stop(execution, { status: 'ABORTED' })
      await Promise.all(running.map(({ ended }) => ended))
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

function machineOf({ arn, definition: text }: MachineDefinition): Machine {
  const name = arn.split(':').at(-1) ?? ''
  try {
    return { arn, name, text, definition: definitionOf(text), created: new Date() }
  } catch (error) {
    throw new Error(`${name}: ${(error as Error).message}`, { cause: error })
  }
}

/** AWS JSON 1.0: the operation is in a header, its input and output are bodies. */
async function answer(
  operations: ReturnType<typeof operationsOf>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let status = 200
  let body: object
  try {
    const [service, name = ''] = String(request.headers['x-amz-target'] ?? '').split('.')
    const input = (await json(request)) as Record<string, unknown>
    const operation = Object.hasOwn(operations, name) ? operations[name] : undefined
    if (service !== 'AWSStepFunctions' || !operation) {
      throw new ApiError('UnknownOperationException', `the local stand-in does not know ${name}`)
    }
    body = operation(input)
  } catch (error) {
    const known = error instanceof ApiError
    status = known ? 400 : 500
    const type = known ? error.type : 'InternalFailure'
    body = { __type: `com.amazonaws.swf.service.v2.model#${type}`, message: messageOf(error) }
  }
  response.writeHead(status, { 'content-type': 'application/x-amz-json-1.0' })
  response.end(JSON.stringify(body))
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : `${error}`)
