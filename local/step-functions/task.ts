import { LONGEST_TIMER } from './data.ts'
import type { State } from './definition.ts'
import { ApiError, StateError, unknownHere } from './error.ts'
import { type Execution, type Place, record } from './execution.ts'
import { jobOf, RUN_JOB } from './job.ts'
import { messageOf, PUBLISH } from './publish.ts'
import { type Run, unlessAborted } from './run.ts'

const LAMBDA = /^arn:aws[\w-]*:lambda:/
const CHILD = /^arn:aws[\w-]*:states:::states:startExecution\.sync:2$/

/** What a Task calls; gives its result. Throws a StateError. */
export function doTask(run: Run, state: State, place: Place, input: unknown): Promise<unknown> {
  const { Resource = '' } = state
  if (LAMBDA.test(Resource)) return callFunction(run, state, place, input)
  if (CHILD.test(Resource)) return runChild(run, state, place, input)
  if (PUBLISH.test(Resource)) return publish(run, state, place, input)
  if (RUN_JOB.test(Resource)) return runJob(run, state, place, input)
  throw unknownHere(`the resource ${Resource} of ${place.state}`)
}

async function callFunction(
  { execution, world, signal }: Run,
  { Resource: resource = '', TimeoutSeconds: timeoutInSeconds }: State,
  place: Place,
  input: unknown,
): Promise<unknown> {
  record(execution, place, 'LambdaFunctionScheduled', {
    lambdaFunctionScheduledEventDetails: {
      resource,
      input: JSON.stringify(input),
      inputDetails: { truncated: false },
      timeoutInSeconds,
    },
  })
  record(execution, place, 'LambdaFunctionStarted')
  try {
    const call = world.invoke(resource, input)
    const result = await unlessAborted(signal, within(timeoutInSeconds, call))
    record(execution, place, 'LambdaFunctionSucceeded', {
      lambdaFunctionSucceededEventDetails: {
        output: JSON.stringify(result),
        outputDetails: { truncated: false },
      },
    })
    return result
  } catch (thrown) {
    if (signal.aborted) throw thrown
    const { name: error, message: cause } = new StateError(...wordsOf(thrown))
    const details = { error, cause }
    if (error === 'States.Timeout') {
      record(execution, place, 'LambdaFunctionTimedOut', {
        lambdaFunctionTimedOutEventDetails: details,
      })
    } else {
      record(execution, place, 'LambdaFunctionFailed', {
        lambdaFunctionFailedEventDetails: details,
      })
    }
    throw new StateError(error, cause)
  }
}

/** Records that a task of another service begins. */
function begin(
  execution: Run['execution'],
  place: Place,
  task: { readonly resourceType: string; readonly resource: string },
  input: unknown,
  timeoutInSeconds: number | undefined,
): void {
  const region = execution.machine.arn.split(':')[3]
  record(execution, place, 'TaskScheduled', {
    taskScheduledEventDetails: {
      ...task,
      region,
      parameters: JSON.stringify(input),
      timeoutInSeconds,
    },
  })
  record(execution, place, 'TaskStarted', { taskStartedEventDetails: task })
}

/** Starts an execution of another machine and waits for its end. */
async function runChild(
  { execution, world, signal }: Run,
  { TimeoutSeconds: timeoutInSeconds }: State,
  place: Place,
  input: unknown,
): Promise<unknown> {
  const task = { resourceType: 'states', resource: 'startExecution.sync:2' }
  begin(execution, place, task, input, timeoutInSeconds)
  const child = startChild()
  record(execution, place, 'TaskSubmitted', {
    taskSubmittedEventDetails: {
      ...task,
      output: JSON.stringify({ ExecutionArn: child.arn, StartDate: child.started.getTime() }),
      outputDetails: { truncated: false },
    },
  })
  try {
    await unlessAborted(signal, within(timeoutInSeconds, child.ended))
  } catch (thrown) {
    world.stop(child, { status: 'ABORTED' })
    if (signal.aborted) throw thrown
    const details = { ...task, error: 'States.Timeout' }
    record(execution, place, 'TaskTimedOut', { taskTimedOutEventDetails: details })
    throw thrown
  }
  if (child.status === 'SUCCEEDED') {
    const result = {
      ...aboutChild(child),
      Input: JSON.parse(child.input),
      Output: JSON.parse(child.output ?? 'null'),
    }
    const output = { output: JSON.stringify(result), outputDetails: { truncated: false } }
    record(execution, place, 'TaskSucceeded', { taskSucceededEventDetails: { ...task, ...output } })
    return result
  }
  const failure = new StateError('States.TaskFailed', JSON.stringify(aboutChild(child)))
  const details = { ...task, error: failure.name, cause: failure.message }
  record(execution, place, 'TaskFailed', { taskFailedEventDetails: details })
  throw failure

  function startChild(): Execution {
    const { StateMachineArn, Name, Input = {}, ...others } = input as Record<string, unknown>
    const [other] = Object.keys(others)
    if (other) throw unknownHere(`the parameter ${other} of startExecution`)
    try {
      return world.start(String(StateMachineArn), Name as string | undefined, JSON.stringify(Input))
    } catch (thrown) {
      if (!(thrown instanceof ApiError)) throw thrown
      const failure = new StateError(`StepFunctions.${thrown.type}Exception`, thrown.message)
      const details = { ...task, error: failure.name, cause: failure.message }
      record(execution, place, 'TaskSubmitFailed', { taskSubmitFailedEventDetails: details })
      throw failure
    }
  }
}

const aboutChild = (child: Execution) => ({
  ExecutionArn: child.arn,
  Input: child.input,
  InputDetails: { Included: true },
  Name: child.name,
  StartDate: child.started.getTime(),
  StateMachineArn: child.machine.arn,
  Status: child.status,
  StopDate: child.stopped?.getTime(),
  ...(child.error !== undefined && { Error: child.error }),
  ...(child.cause !== undefined && { Cause: child.cause }),
  ...(child.output !== undefined && { Output: child.output, OutputDetails: { Included: true } }),
})

/** Sends a message to a topic of SNS. */
async function publish(run: Run, state: State, place: Place, input: unknown): Promise<unknown> {
  const { world, signal } = run
  if (!world.publish) throw unknownHere('a topic to publish to')
  const send = world.publish
  const task = { resourceType: 'sns', resource: 'publish' }
  return integrated(run, state, { place, task, input }, async () => {
    const sent = send(messageOf(input))
    return { MessageId: await unlessAborted(signal, within(state.TimeoutSeconds, sent)) }
  })
}

/** Runs a job of EMR Serverless and waits for its end. */
async function runJob(run: Run, state: State, place: Place, input: unknown): Promise<unknown> {
  const { execution, world, signal } = run
  if (!world.runJob) throw unknownHere('an application to run jobs')
  const start = world.runJob
  const task = { resourceType: 'emr-serverless', resource: 'startJobRun.sync' }
  const cancelled = new AbortController()
  return integrated(run, state, { place, task, input }, async () => {
    const job = jobOf(input)
    const about = { ApplicationId: job.ApplicationId, JobRunId: job.ClientToken.slice(0, 16) }
    const submitted = { output: JSON.stringify(about), outputDetails: { truncated: false } }
    record(execution, place, 'TaskSubmitted', {
      taskSubmittedEventDetails: { ...task, ...submitted },
    })
    const ended = start(job, cancelled.signal)
    const end = await unlessAborted(signal, within(state.TimeoutSeconds, ended))
    const result = { ...about, Name: job.Name, State: end.state }
    if (end.state !== 'FAILED') return result
    throw new StateError(
      'States.TaskFailed',
      JSON.stringify({ ...result, StateDetails: end.details }),
    )
  }).catch((thrown: unknown) => {
    cancelled.abort()
    throw thrown
  })
}

interface Integration {
  readonly place: Place
  readonly task: { readonly resourceType: string; readonly resource: string }
  readonly input: unknown
}

/** Asks a service, and records how that begins and ends. */
async function integrated(
  { execution, signal }: Run,
  { TimeoutSeconds: timeoutInSeconds }: State,
  { place, task, input }: Integration,
  ask: () => Promise<unknown>,
): Promise<unknown> {
  begin(execution, place, task, input, timeoutInSeconds)
  try {
    const result = await ask()
    const output = { output: JSON.stringify(result), outputDetails: { truncated: false } }
    record(execution, place, 'TaskSucceeded', { taskSucceededEventDetails: { ...task, ...output } })
    return result
  } catch (thrown) {
    if (signal.aborted || !(thrown instanceof Error)) throw thrown
    const failure = new StateError(...wordsOf(thrown))
    const details = { ...task, error: failure.name, cause: failure.message }
    if (failure.name === 'States.Timeout') {
      record(execution, place, 'TaskTimedOut', { taskTimedOutEventDetails: details })
    } else {
      record(execution, place, 'TaskFailed', { taskFailedEventDetails: details })
    }
    throw failure
  }
}

/** Waits no longer than a Task's time limit. Throws a States.Timeout. */
async function within<T>(seconds: number | undefined, promise: Promise<T>): Promise<T> {
  if (seconds === undefined) return promise
  const { promise: timeout, reject } = Promise.withResolvers<never>()
  const timer = setTimeout(
    () => reject(new StateError('States.Timeout', '')),
    1000 * Math.min(seconds, LONGEST_TIMER),
  )
  try {
    return await Promise.race([promise, timeout])
  } finally {
    clearTimeout(timer)
  }
}

const wordsOf = (thrown: unknown): [string, string] =>
  thrown instanceof Error ? [thrown.name, thrown.message] : ['Error', String(thrown)]
