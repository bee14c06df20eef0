import { RedriveExecutionCommand, StopExecutionCommand } from '@aws-sdk/client-sfn'
import { afterEach, describe, expect, it } from '@jest/globals'
import { placeholder } from '../../../lib/machine/names.ts'
import { sparkStates } from '../../../lib/machine/spark.ts'
import type { Job, JobEnd } from '../../../local/step-functions/job.ts'
import { jobOf } from '../../../local/step-functions/job.ts'
import { gate, type Subject, serve, task, typesOf } from './machines.ts'

const place = 's3://staging/staging/spark/public.sessions/date=2026-11-23/night-0f9a'
const unloaded = { outcome: 'unloaded', attempt: 'night-0f9a', place }

/** A machine of a table that Spark makes, whose states before and after are functions of a test. */
function machine() {
  const step = {
    spark: {
      ...{ script: 's3://assets/5f0c.py', job: 's3://assets/0b1d.py', minutes: 30 },
      ...{ application: '00f1', role: 'arn:aws:iam::111111111111:role/jobs' },
    },
    otherwise: 'Gather',
  }
  const Catch = [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: 'sessions failed' }]
  const { StartAt, States } = sparkStates('sessions', step, Catch, { Next: 'Gather sessions' })
  const text = JSON.stringify(States).replaceAll(placeholder('Partition'), 'aws')
  const quick = text.replaceAll('"IntervalSeconds":30', '"IntervalSeconds":1')
  return {
    StartAt,
    States: {
      ...(JSON.parse(quick) as object),
      'Gather sessions': task('gather', { InputPath: '$.task', End: true }),
      'sessions failed': task('note', { End: true }),
    },
  }
}

let subject: Subject
afterEach(() => subject?.stepFunctions.stop())

async function start(
  input: object,
  runJob: (job: Job, cancelled: AbortSignal) => Promise<JobEnd>,
): Promise<string> {
  const functions = { gather: (given: never) => given, note: (given: never) => given }
  subject = await serve({ night: machine() }, functions, undefined, runJob)
  return subject.start({ task: input }, 'night')
}

const triesOf = (jobs: readonly Job[]) =>
  jobs.map(({ JobDriver }) => JobDriver.SparkSubmit.EntryPointArguments[1]?.split('/').at(-1))

describe('a job of Spark', () => {
  it('is told where it reads and writes, and what it runs', async () => {
    const jobs: Job[] = []
    const arn = await start(unloaded, async (job) => {
      jobs.push(job)
      return { state: 'SUCCESS' }
    })
    expect((await subject.ended(arn)).output).toBe(JSON.stringify(unloaded))
    expect(jobs).toEqual([
      {
        ...{ ApplicationId: '00f1', ExecutionRoleArn: 'arn:aws:iam::111111111111:role/jobs' },
        ...{ Name: 'sessions', ExecutionTimeoutMinutes: 30 },
        ClientToken: expect.stringMatching(/^[0-9a-f]{64}$/),
        JobDriver: {
          SparkSubmit: {
            EntryPoint: 's3://assets/0b1d.py',
            EntryPointArguments: [place, `${place}/out/0-0`, 's3://assets/5f0c.py'],
            SparkSubmitParameters: '--py-files s3://assets/5f0c.py',
          },
        },
      },
    ])
    expect(typesOf(await subject.history(arn))).toEqual(
      expect.arrayContaining(['TaskScheduled', 'TaskStarted', 'TaskSubmitted', 'TaskSucceeded']),
    )
  })

  it('is not asked for where nothing was unloaded', async () => {
    const complete = { table: 'sessions', outcome: 'complete' }
    const arn = await start(complete, async () => {
      throw new Error('there was nothing to run')
    })
    expect((await subject.ended(arn)).output).toBe(JSON.stringify(complete))
  })

  it('has one more try where it fails, which is another job in a folder of its own', async () => {
    const jobs: Job[] = []
    const arn = await start(unloaded, async (job) => {
      jobs.push(job)
      return { state: 'FAILED', details: 'no memory' }
    })
    const { status, output = '' } = await subject.ended(arn)
    expect(status).toBe('SUCCEEDED')
    expect(JSON.parse(output)).toMatchObject({ error: { Error: 'States.TaskFailed' } })
    expect(JSON.parse(JSON.parse(output).error.Cause)).toMatchObject({ StateDetails: 'no memory' })
    expect(triesOf(jobs)).toEqual(['0-0', '0-1'])
    expect(new Set(jobs.map(({ ClientToken }) => ClientToken)).size).toBe(2)
  })

  it('is cancelled with its execution, and another once that is redriven', async () => {
    const jobs: Job[] = []
    const begun = gate()
    const stopped = gate()
    const arn = await start(unloaded, async (job, cancelled) => {
      jobs.push(job)
      if (jobs.length > 1) return { state: 'SUCCESS' }
      cancelled.addEventListener('abort', stopped.open)
      begun.open()
      await stopped.opened
      return { state: 'FAILED', details: 'cancelled' }
    })
    await begun.opened
    await subject.client.send(new StopExecutionCommand({ executionArn: arn }))
    await stopped.opened
    expect((await subject.ended(arn)).status).toBe('ABORTED')
    await subject.client.send(new RedriveExecutionCommand({ executionArn: arn }))
    expect((await subject.ended(arn)).status).toBe('SUCCEEDED')
    expect(triesOf(jobs)).toEqual(['0-0', '1-0'])
    expect(new Set(jobs.map(({ ClientToken }) => ClientToken)).size).toBe(2)
  })

  it.each([
    [{ ClientToken: 'x'.repeat(65) }, 'EMRServerless.ValidationException'],
    [{ ApplicationId: undefined }, 'EMRServerless.ValidationException'],
    [{ ExecutionTimeoutMinutes: 0 }, 'EMRServerless.ValidationException'],
    [{ Mode: 'STREAMING' }, 'Error'],
  ])('is refused with %o', async (wrong, name) => {
    const jobs: Job[] = []
    await subject?.stepFunctions.stop()
    const arn = await start(unloaded, async (job) => {
      jobs.push(job)
      return { state: 'SUCCESS' }
    })
    await subject.ended(arn)
    expect(() => jobOf({ ...jobs[0], ...wrong })).toThrow(expect.objectContaining({ name }))
  })
})
