/**
 * The states of Step Functions, as far as a night is made of them.
 * @see https://states-language.net/spec.html
 */
export type State = TaskState | ParallelState | ChoiceState | EndState

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
}

export interface ChoiceState {
  readonly Type: 'Choice'
  readonly Choices: readonly {
    readonly Variable: string
    readonly BooleanEquals: boolean
    readonly Next: string
  }[]
  readonly Default: string
}

export interface EndState {
  readonly Type: 'Succeed'
}
