import { randomUUID } from 'node:crypto'
import { GetObjectCommand } from '@aws-sdk/client-s3'
import { inputsOf, itemsIn } from './branches.ts'
import { type Context, resolve } from './data.ts'
import type { ItemReader, State, States } from './definition.ts'
import { StateError, unknownHere } from './error.ts'
import { type Execution, type Place, record } from './execution.ts'
import { type Run, unlessAborted } from './run.ts'

/** Runs a distributed Map: an execution of its own for each item. */
export async function mapRun(
  run: Run,
  state: State,
  place: Place,
  input: unknown,
  context: Context,
): Promise<unknown[]> {
  const { execution, world, signal } = run
  const { redrives } = execution
  if (place.items) {
    const mapRunArn = place.items[0]?.mapRun
    const mapRunRedrivenEventDetails = { mapRunArn, redriveCount: redrives }
    record(execution, place, 'MapRunRedriven', { mapRunRedrivenEventDetails })
  } else {
    const items = state.ItemReader
      ? await itemsFrom(run, state.ItemReader, input, context)
      : await itemsIn(state, input, context)
    const mapStateStartedEventDetails = { length: items.length }
    record(execution, place, 'MapStateStarted', { mapStateStartedEventDetails })
    const inputs = await inputsOf(state, items, input, context)
    const [, machine] = execution.machine.arn.split(':stateMachine:')
    const label = `${state.Label ?? place.state.replaceAll(/\W/g, '').slice(0, 40)}`
    const prefix = execution.arn.split(':execution:')[0]
    const mapRunArn = `${prefix}:mapRun:${machine}/${label}:${randomUUID()}`
    record(execution, place, 'MapRunStarted', { mapRunStartedEventDetails: { mapRunArn } })
    const states = state.ItemProcessor as States
    place.items = inputs.map((input) => newItem(execution, states, mapRunArn, label, input))
  }
  const all = place.items
  let failed = false
  let next = 0
  const worker = async () => {
    for (let at = next++; at < all.length && !failed; at = next++) {
      const item = all[at] as Execution
      if (isDone(item)) continue
      world.begin(item)
      await item.ended
      failed ||= !isDone(item)
      if (failed) stopAll()
    }
  }
  const stopAll = () => {
    for (const item of all) if (isRunning(item)) world.stop(item, { status: 'ABORTED' })
  }
  const workers = Array.from({ length: state.MaxConcurrency || all.length }, worker)
  try {
    await unlessAborted(signal, Promise.all(workers))
  } catch (thrown) {
    failed = true
    stopAll()
    record(execution, place, 'MapRunAborted')
    throw thrown
  }
  if (failed) {
    const error = 'States.ExceedToleratedFailureThreshold'
    const cause = 'The specified tolerated failure threshold was exceeded'
    record(execution, place, 'MapRunFailed', { mapRunFailedEventDetails: { error, cause } })
    record(execution, place, 'MapStateFailed')
    throw new StateError(error, cause)
  }
  record(execution, place, 'MapRunSucceeded')
  record(execution, place, 'MapStateSucceeded')
  return all.map(({ output }) => JSON.parse(output ?? 'null'))
}

function newItem(
  { arn, machine }: Execution,
  states: States,
  mapRun: string,
  label: string,
  input: unknown,
): Execution {
  const name = randomUUID()
  const owner = { arn: `${machine.arn}/${label}`, name: `${machine.name}/${label}` }
  return {
    arn: `${arn.split(':execution:')[0]}:execution:${owner.name}:${name}`,
    name,
    machine: { ...machine, ...owner, definition: states },
    input: JSON.stringify(input),
    started: new Date(),
    history: [],
    place: { state: states.StartAt, input, last: 0 },
    mapRun,
    status: 'RUNNING',
    redrives: 0,
    abort: new AbortController(),
    ended: Promise.resolve(),
  }
}

/** The items of a list on S3. */
async function itemsFrom(
  { world, signal }: Run,
  { Parameters = {} }: ItemReader,
  input: unknown,
  context: Context,
): Promise<readonly unknown[]> {
  const { s3 } = world
  if (!s3) throw unknownHere('an ItemReader where there is no S3')
  const { Bucket, Key, ...others } = (await resolve(Parameters, input, context)) as Record<
    string,
    string
  >
  const [other] = Object.keys(others)
  if (other) throw unknownHere(`the parameter ${other} of an ItemReader`)
  const failed = (cause: string) => new StateError('States.ItemReaderFailed', cause)
  let text: string
  try {
    const { Body } = await unlessAborted(signal, s3.send(new GetObjectCommand({ Bucket, Key })))
    text = (await Body?.transformToString()) ?? ''
  } catch (error) {
    if (signal.aborted) throw error
    throw failed(`${(error as Error).message} (bucket ${Bucket}, key ${Key})`)
  }
  let items: unknown
  try {
    items = JSON.parse(text)
  } catch {
    throw failed(`The content of ${Key} is not valid JSON`)
  }
  if (!Array.isArray(items)) throw failed(`The content of ${Key} is not a JSON array`)
  return items
}

const isDone = ({ status }: Execution): boolean => status === 'SUCCEEDED'

const isRunning = ({ status, history }: Execution): boolean =>
  status === 'RUNNING' && history.length > 0
