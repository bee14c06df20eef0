import { StateMachine, type StateMachineDefinition } from 'aws-local-stepfunctions'
import { unknownHere } from './error.ts'

export interface Retrier {
  readonly ErrorEquals: readonly string[]
  readonly IntervalSeconds?: number
  readonly MaxAttempts?: number
  readonly BackoffRate?: number
  readonly MaxDelaySeconds?: number
  readonly JitterStrategy?: 'FULL' | 'NONE'
}

export interface Catcher {
  readonly ErrorEquals: readonly string[]
  readonly Next: string
  readonly ResultPath?: string | null
}

export interface ItemReader {
  readonly Resource: string
  readonly ReaderConfig?: { readonly InputType?: string }
  readonly Parameters?: Readonly<Record<string, unknown>>
}

/** A state of the Amazon States Language, as far as it is known here. */
export interface State {
  readonly Type: 'Task' | 'Parallel' | 'Map' | 'Choice' | 'Pass' | 'Wait' | 'Succeed' | 'Fail'
  readonly Next?: string
  readonly Retry?: readonly Retrier[]
  readonly Catch?: readonly Catcher[]
  readonly ResultPath?: string | null
  readonly Resource?: string
  readonly TimeoutSeconds?: number
  readonly Branches?: readonly States[]
  readonly ItemProcessor?: States & { readonly ProcessorConfig?: { readonly Mode?: string } }
  readonly ItemReader?: ItemReader
  readonly ItemsPath?: string
  readonly ItemSelector?: Readonly<Record<string, unknown>>
  readonly MaxConcurrency?: number
  readonly Label?: string
  readonly Choices?: readonly { readonly Next: string }[]
  readonly Default?: string
}

/** A machine, or a branch of one. */
export interface States {
  readonly StartAt: string
  readonly States: Readonly<Record<string, State>>
}

export interface Definition extends States {
  readonly TimeoutSeconds?: number
}

const EVERYWHERE = ['Type', 'Comment', 'Next', 'End', 'InputPath', 'OutputPath']
const WORK = ['ResultSelector', 'ResultPath', 'Retry', 'Catch']
const FIELDS: Readonly<Record<string, readonly string[]>> = {
  Task: [...WORK, 'Resource', 'Parameters', 'TimeoutSeconds'],
  Parallel: [...WORK, 'Branches', 'Parameters'],
  Map: [
    ...WORK,
    'ItemProcessor',
    'ItemReader',
    'ItemsPath',
    'ItemSelector',
    'MaxConcurrency',
    'Label',
  ],
  Choice: ['Choices', 'Default'],
  Pass: ['Result', 'ResultPath', 'Parameters'],
  Wait: ['Seconds', 'SecondsPath', 'Timestamp', 'TimestampPath'],
  Succeed: [],
  Fail: ['Error', 'Cause', 'ErrorPath', 'CausePath'],
}

/**
 * Reads a definition. Throws an error where it is none, as Step Functions would, and where it has a
 * field that this stand-in does not know.
 */
export function definitionOf(text: string): Definition {
  // The check writes into what it is given.
  new StateMachine(JSON.parse(text) as StateMachineDefinition)
  checkFields(JSON.parse(text) as States)
  // The interpreter fills `$$.Execution` in by itself, for each state anew: ours is beside it.
  return JSON.parse(text.replaceAll(/(?<=\$\$\.)Execution\b/g, 'TheExecution')) as Definition
}

function checkFields({ States, ...level }: States): void {
  if ('QueryLanguage' in level && level.QueryLanguage !== 'JSONPath') throw unknownHere('JSONata')
  for (const [name, state] of Object.entries(States)) {
    const known = [...EVERYWHERE, ...(FIELDS[state.Type] ?? [])]
    const other = Object.keys(state).find((field) => !known.includes(field))
    if (other) throw unknownHere(`the field ${other} of the ${state.Type} state ${name}`)
    for (const branch of state.Branches ?? []) checkFields(branch)
    if (state.ItemProcessor) checkFields(state.ItemProcessor)
    if (state.ItemReader) checkReader(name, state.ItemReader)
  }
}

function checkReader(name: string, { Resource, ReaderConfig, ...others }: ItemReader): void {
  const { InputType, ...config } = ReaderConfig ?? {}
  const known =
    /^arn:aws[\w-]*:states:::s3:getObject$/.test(Resource) &&
    InputType === 'JSON' &&
    Object.keys(config).length === 0 &&
    Object.keys(others).every((field) => field === 'Parameters')
  if (!known) throw unknownHere(`the ItemReader of ${name}, which is no s3:getObject of JSON`)
}
