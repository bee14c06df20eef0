import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { RedshiftDataClient } from '@aws-sdk/client-redshift-data'
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals'
import { definitionOf, downstream, graphOf } from '../../lib/graph/graph.ts'
import { bucketOf } from '../../lib/manifest/bucket.ts'
import { awaitUpstream } from '../../lib/night/await.ts'
import { prepareNight } from '../../lib/night/prepare.ts'
import { readReceipt } from '../../lib/night/receipt.ts'
import { endNight, noteFailure, reportNight } from '../../lib/night/report.ts'
import { runTask } from '../../lib/night/run.ts'
import { extractTask, loadTask, transformTask } from '../../lib/night/tasks.ts'
import { warehouseOf } from '../../lib/redshift/client.ts'
import { daysBefore } from '../../lib/table/moment.ts'
import { startRedshift } from '../../local/redshift/redshift.ts'
import { startS3 } from '../../local/services/s3.ts'
import { tables } from '../../warehouse/index.ts'
import { compile } from '../machine/compile.ts'
import { run, taskNames } from '../machine/run.ts'
import { synthetic } from './synthetic.ts'

const graph = graphOf(synthetic(tables))
const { night } = compile(graph, () => 60)
/**
 * The tasks that may die; the note of a failure is what is left when they do. Of extracts and loads, which
 * are all alike here, one in three.
 */
const victims = taskNames(night)
  .filter((name) => !/ failed$|^Tell of it$|^Night incomplete$/.test(name))
  .filter((name, at) => !/^(Extract|Load) /.test(name) || at % 3 === 0)

/** A warehouse that is there for these tests. */
async function start() {
  const directory = mkdtempSync(join(tmpdir(), 'usher-isolation-test-'))
  const s3 = await startS3(join(directory, 's3'), ['staging'])
  const redshift = await startRedshift({ file: join(directory, 'warehouse.duckdb'), s3: s3.client })
  const client = new RedshiftDataClient({
    ...{ endpoint: redshift.url, region: 'us-east-1' },
    credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
  })
  const bucket = bucketOf('staging', s3.client)
  const warehouse = warehouseOf({ workgroup: 'test', database: 'warehouse' }, client)
  const copyRole = 'arn:aws:iam::111111111111:role/copy'
  const isRunning = async () => false
  const tools = {
    graph,
    bucket,
    warehouse,
    stage: 'dev',
    copyRole,
    milliseconds: 60_000,
    timeZone: 'UTC',
    isRunning,
  }

  /** What the function of a state does. */
  function work(state: string, event: never): Promise<unknown> {
    if (state === 'Prepare') return prepareNight(tools, event)
    if (state === 'Report') return reportNight(tools, event)
    if (state === 'Tell of it') return Promise.resolve(null)
    if (state === 'Night incomplete') return endNight(event)
    if (state.endsWith(' failed')) return noteFailure(tools, event)
    if (state.startsWith('Await ')) return awaitUpstream(tools, event)
    if (state.startsWith('Extract ')) return extractTask(tools, event)
    if (state.startsWith('Load ')) return loadTask(tools, event)
    if (state.startsWith('Transform ')) return transformTask(tools, event)
    if (state.startsWith('Run ')) return runTask(tools, event)
    throw new Error(`nothing does ${state}`)
  }
  return {
    bucket,
    work,
    async stop() {
      await redshift.close()
      await s3.stop()
      rmSync(directory, { recursive: true })
    },
  }
}

let parts: Awaited<ReturnType<typeof start>>
beforeAll(async () => {
  jest.spyOn(process.stdout, 'write').mockImplementation(() => true)
  parts = await start()
})
afterAll(() => parts.stop())

/** Runs a night in which a task dies; gives what it loaded, and what it failed with. */
async function nightOf(date: string, name: string, victim?: string) {
  const loaded: string[] = []
  const failure = await run(night, { input: { date }, name }, async (state, event) => {
    if (state === victim) {
      throw Object.assign(new Error('it was killed'), { name: 'Killed' })
    }
    const result = (await parts.work(state, event)) as
      | { table: string; outcome?: string }
      | undefined
    if (result && ['loaded', 'done'].includes(result.outcome ?? '')) loaded.push(result.table)
    return result ?? null
  })
  return { loaded: loaded.sort(), failure }
}

async function complete(date: string): Promise<string[]> {
  const found = await Promise.all(
    all.map(async (id) => {
      const own = definitionOf(graph, id)
      return own && (await readReceipt(parts.bucket, own, date)) ? [id] : []
    }),
  )
  return found.flat().sort()
}

const all = [...graph.keys()].sort()

describe('a night of the sample warehouse', () => {
  // Each victim has a run date of its own, later than those before.
  const last = '2026-11-23'
  it.each(victims.map((victim, at) => [victim, daysBefore(last, victims.length - at)]))(
    'does without %s all that does not depend on it, and the rest the next time',
    async (victim, date) => {
      const table = victim.split(' ').at(-1) ?? ''
      const lost =
        victim === 'Prepare' ? all : victim === 'Report' ? [] : [table, ...downstream(graph, table)]
      const kept = all.filter((id) => !lost.includes(id))
      const first = await nightOf(date, `first-${date}`, victim)
      expect(first.failure).toBeDefined()
      expect(first.loaded).toEqual(kept)
      expect(await complete(date)).toEqual(kept)
      const second = await nightOf(date, `second-${date}`)
      expect(second.failure).toBeUndefined()
      expect(second.loaded).toEqual(lost.toSorted())
      expect(await complete(date)).toEqual(all)
    },
  )
})
