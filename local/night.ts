import { randomBytes, randomUUID } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { readAssembly } from './assembly.ts'
import type { Display } from './display.ts'
import { startLambda, TaskError } from './lambda.ts'
import { lock } from './lock.ts'
import { NightRecord, type TableRecord } from './record.ts'
import { startRedshift } from './redshift/redshift.ts'
import { type S3, startS3 } from './services/s3.ts'
import { startSecrets } from './services/secrets.ts'
import { setUp } from './set-up.ts'
import type { SourceInfo } from './sources.ts'
import { findSpark } from './spark/find.ts'
import { sparkJobs } from './spark/jobs.ts'
import { StateError } from './step-functions/error.ts'
import { type Outcome, startStepFunctions } from './step-functions/step-functions.ts'
import { step, supply, withoutMissing } from './supply.ts'
import { synthesize } from './synthesize.ts'

/** A table or task of the warehouse, as far as a night on one machine must know it. */
export interface TableInfo {
  readonly id: string
  readonly source?: SourceInfo
  /** The key of the object that says that it is complete for the run date. */
  readonly receipt: string
  /** All that it needs, directly or not. */
  readonly upstream: readonly string[]
}

export interface NightOptions {
  /** The tables that were asked for. */
  readonly tables: readonly TableInfo[]
  /** Whether that is every table there is. */
  readonly all: boolean
  /** The run date, where it was said; else the schedule's rule finds it. */
  readonly date?: string
  /** The run date that will be found: sample data is made for it. */
  readonly day: string
  readonly force: boolean
  /** The tables whose new rows are published whatever their checks say. */
  readonly accept: readonly string[]
  readonly stage: string
  /** Where everything that stays is kept: `.usher`. */
  readonly home: string
  readonly display: Display
}

/** What became of a night. */
export interface Night {
  /** What it is called; undefined where it had nothing to run. */
  readonly run?: string
  readonly ending: Outcome
  readonly record: NightRecord
  /** The file with the message that it sent to people, if it did. */
  readonly message?: string
}

/** A night on one machine; gives what became of it. Everything it starts, it stops. */
export async function runNight(options: NightOptions): Promise<Night> {
  const { display, home } = options
  const run = `local-${new Date().toISOString().replaceAll(/\W/g, '').slice(0, 15)}-${randomBytes(2).toString('hex')}`
  const unlock = lock(home)
  const nights = join(home, 'nights')
  await mkdir(nights, { recursive: true })
  const log = createWriteStream(join(nights, `${run}.log`))
  const closing: (() => unknown)[] = [unlock, () => log.end()]
  const record = new NightRecord((line) => display.line(`  ${line}`))
  let message: string | undefined
  try {
    const assembly = await step(display, 'synthesize the app', async () =>
      readAssembly(await synthesize(home), options.stage),
    )
    const s3 = await startS3(join(home, 's3'), assembly.buckets)
    closing.push(() => s3.stop())
    const { secrets, missing, buckets, stop } = await supply(options, incomplete(options, s3))
    closing.push(stop)
    const asked = withoutMissing(options.tables, missing, record)
    record.total = asked.length
    record.lastRows = await lastRows(nights)
    for (const [bucket, files] of buckets) await s3.addBucket(bucket, files())
    const { setup, users } = assembly
    const redshift = await startRedshift({
      ...{ file: join(home, 'warehouse.duckdb'), s3: s3.client, users },
    })
    closing.push(() => redshift.close())
    const logins = Object.entries(users).map(([arn, username]) => [
      arn,
      { username, password: randomUUID() },
    ])
    const secretsManager = await startSecrets({ ...secrets, ...Object.fromEntries(logins) })
    closing.push(() => secretsManager.stop())
    const spark = asked.some(({ source }) => source?.kind === 'spark')
      ? await findSpark()
      : undefined
    // What Spark says is much, and no JSON.
    const sparkLog = spark && createWriteStream(join(nights, `${run}.spark.txt`))
    closing.push(() => sparkLog?.end())
    const stepFunctions = await startStepFunctions({
      machines: assembly.machines,
      async invoke(arn, event) {
        const fn = assembly.functions.get(arn)
        if (!fn) throw new TaskError('Lambda.ResourceNotFoundException', `no stack defines ${arn}`)
        const result = await lambda.invoke(fn, event)
        await s3.save()
        return result
      },
      async publish({ TopicArn, Subject, Message }) {
        if (!assembly.topics.includes(TopicArn)) {
          throw new StateError('SNS.NotFoundException', `no stack defines ${TopicArn}`)
        }
        message = join(nights, `${run}.message.txt`)
        await writeFile(message, `Subject: ${Subject}\n\n${Message}`)
        return randomUUID()
      },
      ...(spark && {
        runJob: sparkJobs({
          ...{ spark, s3: s3.client, assets: assembly.directory },
          log: (line) => sparkLog?.write(`${line}\n`),
        }),
      }),
      s3: s3.client,
      listener: (execution, event) => record.hear(execution, event),
    })
    closing.push(() => stepFunctions.stop())
    const lambda = startLambda({
      environment: {
        ...{ AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' },
        AWS_ENDPOINT_URL_S3: s3.url,
        AWS_ENDPOINT_URL_REDSHIFT_DATA: redshift.url,
        AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsManager.url,
        AWS_ENDPOINT_URL_SFN: stepFunctions.url,
        // Whatever else a function might ask of AWS, nobody answers.
        AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
        AWS_EC2_METADATA_DISABLED: 'true',
      },
      cpus: 2 * availableParallelism(),
      log: (line) => {
        log.write(`${line}\n`)
        record.hearLine(line)
      },
    })
    closing.push(() => lambda.stop())
    if (asked.length === 0) return { ending: { status: 'SUCCEEDED' }, record }
    if (setup) await step(display, 'set up the warehouse', () => setUp(lambda, setup))
    const input = {
      ...(options.date ? { date: options.date } : { scheduledTime: new Date().toISOString() }),
      ...(options.all && asked.length === options.tables.length
        ? {}
        : { tables: asked.map(({ id }) => id) }),
      ...(options.force && { force: true }),
      ...(options.accept.length > 0 && { accept: options.accept }),
    }
    display.line()
    const ticking = setInterval(() => display.status(record.status()), 250)
    closing.push(() => clearInterval(ticking))
    const ending = await stepFunctions.run(assembly.night, run, input)
    await writeFile(
      join(nights, `${run}.json`),
      JSON.stringify(
        {
          ...{ run, date: record.date, input, ...ending },
          ...{ tables: [...record.tables.values()], steps: record.steps },
        },
        null,
        2,
      ),
    )
    return { run, ending, record, message }
  } finally {
    for (const close of closing.reverse()) await close()
  }
}

/** The tables that there is something to do for. */
const incomplete = ({ tables, force }: NightOptions, s3: S3): TableInfo[] =>
  tables.filter(({ receipt }) => force || !s3.has(receipt))

/** The rows that each table had in the newest night that knows it. */
async function lastRows(nights: string): Promise<Map<string, number>> {
  const files = (await readdir(nights)).filter((file) => file.endsWith('.json')).sort()
  const found = new Map<string, number>()
  for (const file of files) {
    const { tables } = JSON.parse(await readFile(join(nights, file), 'utf8')) as {
      tables: readonly TableRecord[]
    }
    for (const { table, rows } of tables) if (rows !== undefined) found.set(table, rows)
  }
  return found
}
