import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { join } from 'node:path'
import { readAssembly } from './assembly.ts'
import { type Display, seconds } from './display.ts'
import { holdSources, identityOf } from './identity.ts'
import { startLambda } from './lambda.ts'
import { lock } from './lock.ts'
import { type Ending, runMachine } from './machine.ts'
import { NightRecord, type TableRecord } from './record.ts'
import { startRedshift } from './redshift/redshift.ts'
import { startS3 } from './services/s3.ts'
import { startSecrets } from './services/secrets.ts'
import { type Had, provide, type SourceInfo, urlOf } from './sources.ts'
import { synthesize } from './synthesize.ts'

/** A table of the warehouse, as far as a night on one machine must know it. */
export interface TableInfo {
  readonly id: string
  readonly source?: SourceInfo
  /** All tables it is made from, directly or not. */
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
  readonly stage: string
  /** Where everything that stays is kept: `.usher`. */
  readonly home: string
  readonly display: Display
}

/** A night on one machine; gives what became of it. Everything it starts, it stops. */
export async function runNight(
  options: NightOptions,
): Promise<{ ending: Ending; record: NightRecord }> {
  const { display, home } = options
  const run = `local-${new Date().toISOString().replaceAll(/\W/g, '').slice(0, 15)}-${randomBytes(2).toString('hex')}`
  const unlock = lock(home)
  const nights = join(home, 'nights')
  await mkdir(nights, { recursive: true })
  const log = createWriteStream(join(nights, `${run}.log`))
  const closing: (() => unknown)[] = [unlock, () => log.end()]
  const record = new NightRecord((line) => display.line(`  ${line}`))
  try {
    const assembly = await step(display, 'synthesize the app', async () =>
      readAssembly(await synthesize(home), options.stage),
    )
    const { secrets, missing, buckets, stops } = await provideSources(options)
    closing.push(...stops)
    const asked = withoutMissing(options.tables, missing, record)
    record.total = asked.length
    record.lastRows = await lastRows(nights)
    const s3 = await startS3(join(home, 's3'), assembly.buckets)
    closing.push(() => s3.stop())
    for (const [bucket, files] of buckets) await s3.addBucket(bucket, files())
    const redshift = await startRedshift({ file: join(home, 'warehouse.duckdb'), s3: s3.client })
    closing.push(() => redshift.close())
    const secretsManager = await startSecrets(secrets)
    closing.push(() => secretsManager.stop())
    const lambda = startLambda({
      environment: {
        ...{ AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' },
        AWS_ENDPOINT_URL_S3: s3.url,
        AWS_ENDPOINT_URL_REDSHIFT_DATA: redshift.url,
        AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsManager.url,
        // Whatever else a function might ask of AWS, nobody answers.
        AWS_ENDPOINT_URL: 'http://127.0.0.1:9',
        AWS_EC2_METADATA_DISABLED: 'true',
      },
      concurrency: 2 * availableParallelism(),
      log: (line) => {
        log.write(`${line}\n`)
        record.hear(line)
      },
    })
    closing.push(() => lambda.stop())
    if (asked.length === 0) return { ending: { status: 'SUCCEEDED' }, record }
    const input = {
      ...(options.date ? { date: options.date } : { scheduledTime: new Date().toISOString() }),
      ...(options.all && asked.length === options.tables.length
        ? {}
        : { tables: asked.map(({ id }) => id) }),
      ...(options.force && { force: true }),
    }
    display.line()
    const ticking = setInterval(() => display.status(record.status()), 250)
    closing.push(() => clearInterval(ticking))
    const ending = await runMachine(
      assembly,
      { input, name: run },
      async (fn, event) => {
        const result = await lambda.invoke(fn, event)
        await s3.save()
        return result
      },
      record,
    )
    await writeFile(
      join(nights, `${run}.json`),
      JSON.stringify({ run, input, ...ending, tables: [...record.tables.values()] }, null, 2),
    )
    return { ending, record }
  } finally {
    for (const close of closing.reverse()) await close()
  }
}

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

async function step<T>(display: Display, what: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now()
  display.status(`  ${what} …`)
  const result = await work()
  display.line(`  ${what.padEnd(48)} ${seconds((performance.now() - start) / 1000).padStart(12)}`)
  return result
}

async function provideSources({ tables, home, day, display }: NightOptions) {
  const sources = new Map(
    tables.flatMap(({ source }) =>
      source?.secret || source?.bucket ? [[source.name, source]] : [],
    ),
  )
  holdSources(
    home,
    Object.fromEntries([...sources.values()].map((s) => [s.name, identityOf(urlOf(s))])),
  )
  const secrets: Record<string, object> = {}
  const missing = new Map<string, string>()
  const buckets = new Map<string, NonNullable<Had['files']>>()
  const stops: (() => Promise<void>)[] = []
  for (const source of sources.values()) {
    const provided = await step(display, `reach ${source.name} (${source.kind})`, () =>
      provide(source, {
        ...{ directory: home, date: day },
        log: (text) => display.status(`  ${text}`),
      }),
    )
    if ('missing' in provided) {
      missing.set(source.name, provided.missing)
      continue
    }
    const { secret, files, stop } = provided
    if (source.secret && secret) secrets[source.secret] = secret
    if (source.bucket && files) buckets.set(source.bucket, files)
    if (stop) stops.push(stop)
  }
  return { secrets, missing, buckets, stops }
}

/** Leaves out the tables of sources that cannot be had, and all that is made from them. */
function withoutMissing(
  tables: readonly TableInfo[],
  missing: ReadonlyMap<string, string>,
  record: NightRecord,
): TableInfo[] {
  const gone = new Map(
    tables.flatMap(({ id, source }) =>
      source && missing.has(source.name) ? [[id, source.name]] : [],
    ),
  )
  return tables.filter(({ id, source, upstream }) => {
    const lost = gone.get(id) ?? upstream.map((need) => gone.get(need)).find(Boolean)
    if (lost === undefined) return true
    const skipped = record.recordOf(id)
    skipped.outcome = 'skipped'
    skipped.message = source ? missing.get(lost) : `made from tables of ${lost}`
    return false
  })
}
