import { StateError, unknownHere } from './error.ts'

/** The resource of a Task that runs a job of EMR Serverless and awaits its end. */
export const RUN_JOB = /^arn:aws[\w-]*:states:::emr-serverless:startJobRun\.sync$/

/** A job as EMR Serverless takes it from Step Functions. */
export interface Job {
  readonly ApplicationId: string
  readonly ExecutionRoleArn: string
  readonly ClientToken: string
  readonly Name: string
  readonly ExecutionTimeoutMinutes: number
  readonly JobDriver: {
    readonly SparkSubmit: {
      readonly EntryPoint: string
      readonly EntryPointArguments: readonly string[]
      readonly SparkSubmitParameters: string
    }
  }
}

/** How a job has ended. */
export type JobEnd =
  | { readonly state: 'SUCCESS' }
  | { readonly state: 'FAILED'; readonly details: string }

type Check = (value: unknown) => boolean

const matches =
  (pattern: RegExp): Check =>
  (value) =>
    typeof value === 'string' && pattern.test(value)

const FIELDS: Readonly<Record<string, Check>> = {
  ApplicationId: matches(/^[0-9a-z]{1,64}$/),
  ExecutionRoleArn: matches(/^arn:aws[\w-]*:iam::\d{12}:role\/.+$/),
  ClientToken: matches(/^[A-Za-z0-9._-]{1,64}$/),
  Name: matches(/^[A-Za-z0-9._/#-]{1,256}$/),
  ExecutionTimeoutMinutes: (value) => Number.isInteger(value) && Number(value) > 0,
  JobDriver: isDriver,
}

const SUBMIT: Readonly<Record<string, Check>> = {
  EntryPoint: matches(/^s3:\/\/[^/]+\/.{1,200}$/),
  EntryPointArguments: (value) =>
    Array.isArray(value) && value.every((one) => matches(/^.{1,10280}$/s)(one)),
  SparkSubmitParameters: matches(/^.{1,102400}$/s),
}

/**
 * Reads the parameters of a job. Throws a StateError where EMR Serverless would refuse them.
 * @see https://docs.aws.amazon.com/emr-serverless/latest/APIReference/API_StartJobRun.html
 */
export function jobOf(input: unknown): Job {
  checkAll(input, FIELDS, 'startJobRun')
  return input as Job
}

function isDriver(value: unknown): boolean {
  const { SparkSubmit, ...others } = (value ?? {}) as Record<string, unknown>
  if (Object.keys(others).length > 0) throw unknownHere(`a job driver ${Object.keys(others)[0]}`)
  checkAll(SparkSubmit, SUBMIT, 'SparkSubmit')
  return true
}

function checkAll(value: unknown, fields: Readonly<Record<string, Check>>, what: string): void {
  const given = (value ?? {}) as Readonly<Record<string, unknown>>
  const other = Object.keys(given).find((name) => !Object.hasOwn(fields, name))
  if (other) throw unknownHere(`the parameter ${other} of ${what}`)
  for (const [name, check] of Object.entries(fields)) {
    if (check(given[name])) continue
    const problem = `${name} of ${what} is not valid: ${JSON.stringify(given[name])}`
    throw new StateError('EMRServerless.ValidationException', problem)
  }
}
