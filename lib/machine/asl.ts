/**
 * The states of Step Functions, as far as a night is made of them.
 * @see https://states-language.net/spec.html
 */
export type State = TaskState | ParallelState | MapState | ChoiceState | EndState

export interface States {
  readonly StartAt: string
  readonly States: Readonly<Record<string, State>>
}

export interface Definition extends States {
  readonly Comment?: string
  readonly TimeoutSeconds?: number
}

/** Where a state leads. */
export interface Leads {
  readonly Next?: string
  readonly End?: true
}

export interface TaskState extends Leads {
  readonly Type: 'Task'
  readonly Resource: string
  readonly TimeoutSeconds: number
  readonly InputPath?: string
  readonly Parameters?: Readonly<Record<string, unknown>>
  readonly ResultPath?: string | null
  readonly OutputPath?: string
  readonly Retry: readonly Retrier[]
  readonly Catch?: readonly Catcher[]
}

export interface Retrier {
  readonly ErrorEquals: readonly string[]
  readonly IntervalSeconds: number
  readonly MaxAttempts: number
  readonly BackoffRate: number
  readonly MaxDelaySeconds?: number
  readonly JitterStrategy?: 'FULL'
}

export interface Catcher {
  readonly ErrorEquals: readonly string[]
  readonly ResultPath: string
  readonly Next: string
}

export interface ParallelState extends Leads {
  readonly Type: 'Parallel'
  readonly Branches: readonly States[]
  readonly ResultPath: null
  readonly Catch?: readonly Catcher[]
}

/** A distributed Map: each item is an execution of its own, with a history of its own. */
export interface MapState extends Leads {
  readonly Type: 'Map'
  readonly ItemReader: {
    readonly Resource: string
    readonly ReaderConfig: { readonly InputType: 'JSON' }
    readonly Parameters: Readonly<Record<string, string>>
  }
  readonly ItemSelector: Readonly<Record<string, unknown>>
  readonly ItemProcessor: States & {
    readonly ProcessorConfig: { readonly Mode: 'DISTRIBUTED'; readonly ExecutionType: 'STANDARD' }
  }
  readonly MaxConcurrency: number
  readonly Label: string
  readonly ResultPath: null
  readonly Catch: readonly Catcher[]
}

export interface ChoiceState {
  readonly Type: 'Choice'
  readonly Choices: readonly ({ readonly Variable: string; readonly Next: string } & (
    | { readonly BooleanEquals: boolean }
    | { readonly IsPresent: boolean }
  ))[]
  readonly Default: string
}

export interface EndState {
  readonly Type: 'Succeed'
}
