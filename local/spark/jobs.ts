import { spawn } from 'node:child_process'
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join, relative } from 'node:path'
import {
  GetObjectCommand,
  PutObjectCommand,
  paginateListObjectsV2,
  type S3Client,
} from '@aws-sdk/client-s3'
import { end, tie } from '../server/child.ts'
import type { Job, JobEnd } from '../step-functions/job.ts'
import { environmentOf, type Spark } from './find.ts'

export interface SparkJobsOptions {
  readonly spark: Spark
  readonly s3: S3Client
  /** The folder where the assets of the app are: `cdk.out`. */
  readonly assets: string
  readonly log: (line: string) => void
}

/** Lines of an output that may tell why it failed. */
const LINES = 40

/**
 * Runs jobs as EMR Serverless does, on the Spark of this machine: what lies on S3 below an argument is
 * copied to a folder, which the job has in its place, and what it writes there is copied back. A token
 * is one job, however often it is asked for.
 */
export function sparkJobs(options: SparkJobsOptions) {
  const known = new Map<string, Promise<JobEnd>>()
  return (job: Job, cancelled: AbortSignal): Promise<JobEnd> => {
    const running = known.get(job.ClientToken) ?? runJob(options, job, cancelled)
    known.set(job.ClientToken, running)
    return running
  }
}

async function runJob(
  { spark, s3, assets, log }: SparkJobsOptions,
  { JobDriver: { SparkSubmit } }: Job,
  cancelled: AbortSignal,
): Promise<JobEnd> {
  const folder = await mkdtemp(join(tmpdir(), 'usher-spark-'))
  const place = (url: string) => url.replace(/^s3:\//, folder)
  try {
    const { EntryPoint, EntryPointArguments, SparkSubmitParameters } = SparkSubmit
    const urls = EntryPointArguments.filter((argument) => argument.startsWith('s3://'))
    const [, parameter, script = '', ...others] =
      /^(--py-files) (s3:\/\/\S+)(.*)$/.exec(SparkSubmitParameters) ?? []
    if (parameter === undefined || others.join('') !== '') {
      return { state: 'FAILED', details: `unknown parameters: ${SparkSubmitParameters}` }
    }
    // What the app deploys with itself lies in its folder, whatever bucket it would be in.
    for (const url of [EntryPoint, script]) {
      await put(place(url), await readFile(join(assets, `asset.${basename(url)}`)))
    }
    const before = new Set<string>()
    for (const url of urls) {
      if (url === script) continue
      for await (const { key, body } of objectsBelow(s3, url)) {
        before.add(key)
        await put(join(folder, key), body)
      }
    }
    const args = ['--master', 'local[2]', '--conf', 'spark.ui.enabled=false']
    const words = [...args, parameter, place(script), place(EntryPoint)]
    const details = await submit(spark, [...words, ...EntryPointArguments.map(place)], {
      folder,
      cancelled,
      log,
    })
    if (details !== undefined) return { state: 'FAILED', details }
    for (const url of new Set(urls)) {
      if (url === script) continue
      await giveBack(s3, folder, place(url), before)
    }
    return { state: 'SUCCESS' }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Runs spark-submit; gives the end of what it said where it failed. */
function submit(
  spark: Spark,
  args: readonly string[],
  {
    folder,
    cancelled,
    log,
  }: { folder: string; cancelled: AbortSignal; log: (line: string) => void },
): Promise<string | undefined> {
  const child = spawn(spark.submit, [...args], {
    cwd: folder,
    env: environmentOf(spark),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  tie(child, () => {})
  const cancel = () => void end(child)
  cancelled.addEventListener('abort', cancel)
  const said: string[] = []
  for (const output of [child.stdout, child.stderr]) {
    output.setEncoding('utf8').on('data', (text: string) => {
      for (const line of text.split('\n').filter(Boolean)) {
        log(line)
        said.push(line)
        if (said.length > LINES) said.shift()
      }
    })
  }
  return new Promise((resolve) => {
    child.once('error', ({ message }) => resolve(message))
    child.once('close', (code, signal) => {
      cancelled.removeEventListener('abort', cancel)
      resolve(code === 0 ? undefined : reasonIn(said, code, signal))
    })
  })
}

/** The line that says why, of the many that Spark writes where a script fails. */
function reasonIn(said: readonly string[], code: number | null, signal: string | null): string {
  const telling = said.findLast((line) => !/^\s|\b(INFO|WARN)\b|^\d\d\/\d\d\/\d\d /.test(line))
  return `spark-submit ended with ${signal ?? `status ${code}`}: ${telling ?? 'it said nothing'}`
}

async function* objectsBelow(s3: S3Client, url: string) {
  const [, Bucket = '', key = ''] = /^s3:\/\/([^/]+)\/(.+)$/.exec(url) ?? []
  for await (const page of paginateListObjectsV2({ client: s3 }, { Bucket, Prefix: `${key}/` })) {
    for (const { Key = '' } of page.Contents ?? []) {
      const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }))
      const body = (await Body?.transformToByteArray()) ?? new Uint8Array()
      yield { key: `${Bucket}/${Key}`, body }
    }
  }
}

/** Copies to S3 what was not there before; sums that Hadoop keeps of local files are none of it. */
async function giveBack(
  s3: S3Client,
  folder: string,
  below: string,
  before: Set<string>,
): Promise<void> {
  const entries = await readdir(below, { recursive: true, withFileTypes: true }).catch(() => [])
  for (const entry of entries) {
    const file = join(entry.parentPath, entry.name)
    const key = relative(folder, file)
    if (!entry.isFile() || entry.name.endsWith('.crc') || before.has(key)) continue
    before.add(key)
    const [Bucket = '', ...path] = key.split('/')
    await s3.send(new PutObjectCommand({ Bucket, Key: path.join('/'), Body: await readFile(file) }))
  }
}

async function put(file: string, body: Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, body)
}
