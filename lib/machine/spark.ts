import type { Catcher, Leads, Retrier, States } from './asl.ts'
import { placeholder, stateName } from './names.ts'

/** A script is run on Spark, over what the step before has unloaded. */
export interface SparkStep {
  readonly spark: {
    /** What stands for the URLs of the script and of what runs it. */
    readonly script: string
    readonly job: string
    /** What stands for the id of the application, and for the ARN of the role that jobs have. */
    readonly application: string
    readonly role: string
    /** How long the job may take. */
    readonly minutes: number
  }
  /** The verb of the step after, which is gone to where nothing was unloaded. */
  readonly otherwise: string
}

/** Minutes that Step Functions waits for longer than EMR: that it says why is worth more. */
const MARGIN = 10

/** A job that failed has one more try; a service that is busy has several. */
const RETRY: readonly Retrier[] = [
  {
    ErrorEquals: [
      'EMRServerless.ThrottlingException',
      'EMRServerless.InternalServerException',
      'EMRServerless.ConflictException',
    ],
    IntervalSeconds: 5,
    MaxAttempts: 4,
    BackoffRate: 3,
    MaxDelaySeconds: 300,
    JitterStrategy: 'FULL',
  },
  { ErrorEquals: ['States.TaskFailed'], IntervalSeconds: 30, MaxAttempts: 1, BackoffRate: 1 },
]

/** Of what try of the job a redrive and a retry make it: no two of one attempt are the same. */
const TRY = '$$.Execution.RedriveCount, $$.State.RetryCount'

/**
 * A job of EMR Serverless and the wait for its end. Each try has a token and a folder of its own: asked
 * for twice it is one job, and none writes among the files of another, though that may go on for a while
 * after Step Functions has cancelled it. Where nothing was unloaded, since the table is complete or was
 * not asked for, it is passed by.
 */
export function sparkStates(
  id: string,
  { spark: { script, job, application, role, minutes }, otherwise }: SparkStep,
  Catch: readonly Catcher[],
  then: Leads,
): States {
  const unloaded = stateName('Is there work for Spark in', id)
  const name = stateName('Spark', id)
  return {
    StartAt: unloaded,
    States: {
      [unloaded]: {
        Type: 'Choice',
        Choices: [{ Variable: '$.task.place', IsPresent: true, Next: name }],
        Default: stateName(otherwise, id),
      },
      [name]: {
        Type: 'Task',
        Resource: `arn:${placeholder('Partition')}:states:::emr-serverless:startJobRun.sync`,
        TimeoutSeconds: (minutes + MARGIN) * 60,
        Parameters: {
          ApplicationId: application,
          ExecutionRoleArn: role,
          Name: id,
          'ClientToken.$': `States.Hash(States.Format('{} {} {}', $.task.attempt, ${TRY}), 'SHA-256')`,
          ExecutionTimeoutMinutes: minutes,
          JobDriver: {
            SparkSubmit: {
              EntryPoint: job,
              'EntryPointArguments.$': `States.Array($.task.place, States.Format('{}/out/{}-{}', $.task.place, ${TRY}), '${script}')`,
              SparkSubmitParameters: `--py-files ${script}`,
            },
          },
        },
        ResultPath: null,
        Retry: RETRY,
        Catch,
        ...then,
      },
    },
  }
}
