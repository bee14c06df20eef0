import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3'
import { definitionOf, type Graph } from '../../lib/graph/graph.ts'
import { type Bucket, bucketOf } from '../../lib/manifest/bucket.ts'
import { readReceipt, writeReceipt } from '../../lib/night/receipt.ts'
import type { AnyDefinition } from '../../lib/table/definition.ts'
import { type Redshift, startRedshift } from '../../local/redshift/redshift.ts'
import { startS3 } from '../../local/services/s3.ts'
import { startSecrets } from '../../local/services/secrets.ts'
import { BEFORE, DATE, EVE } from './dates.ts'
import { type Front, openFront, type Service } from './front.ts'
import { night, undisturbed } from './night.ts'
import { startSources } from './sources.ts'
import { FORCED, freshSecret, warehouse } from './tables.ts'
import { type Tide, tideNow, turn } from './tide.ts'

/** What was changed at the source between the two. */
const CHANGES = [
  `UPDATE orders SET note = 'changed', updated_at = now() WHERE id % 7 = 0`,
  'DELETE FROM orders WHERE id % 11 = 0',
  `UPDATE listings SET notes = 'changed' WHERE id % 3 = 0`,
  `UPDATE venues SET name = concat(name, '!') WHERE id % 2 = 0`,
]

/** The stand-ins, as a night has left them; each world begins with what that night left. */
export interface Stage {
  /**
   * A world of its own, as the night before has left it; where a table or task is named, what it needs
   * is complete for the run date and the day before it.
   */
  world(own?: (graph: Graph) => AnyDefinition | undefined): Promise<World>
  /** Gives the source that changes another state. */
  show(tide: Tide): Promise<void>
  /** All that is in the warehouse. */
  readonly graph: Graph
  /** The names of the sources that cannot be had here. */
  readonly missing: readonly string[]
  stop(): Promise<void>
}

/** A bucket, a warehouse, and what knows of executions. */
export interface World {
  readonly graph: Graph
  /** The bucket, past any front. */
  readonly bucket: Bucket
  readonly redshift: Redshift
  /** What the warehouse reads S3 through. */
  readonly reader: Front
  /** The names of the executions that run. */
  readonly running: Set<string>
  /** Another front to the same services: one for each function that runs at a time. */
  open(): Promise<Front>
  close(): Promise<void>
}

/** A client that asks for credentials of nobody. */
export const settings = (endpoint: string) => ({
  ...{ endpoint, region: 'us-east-1' },
  credentials: { accessKeyId: 'test', secretAccessKey: 'test' },
})

/** Starts the stand-ins and runs a whole night. */
export async function startStage(): Promise<Stage> {
  Object.assign(process.env, {
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'test',
    AWS_SECRET_ACCESS_KEY: 'test',
  })
  const directory = mkdtempSync(join(tmpdir(), 'usher-crash-test-'))
  const sources = await startSources(directory, [BEFORE, EVE, DATE])
  const s3 = await startS3(join(directory, 's3'), [])
  await s3.addBucket('marketplace-logs', sources.files)
  const secrets = { ...sources.secrets }
  const secretsManager = await startSecrets(secrets)
  const base = join(directory, 'base.duckdb')
  mkdirSync(join(directory, 'worlds'))
  let worlds = 0
  let receipts: Bucket | undefined

  async function begin(): Promise<World> {
    const number = ++worlds
    const name = `staging-${number}`
    const production = secrets['usher/production']
    if (production) secrets[freshSecret(number)] = production
    const file = join(directory, 'worlds', `${number}.duckdb`)
    if (receipts) copyFileSync(base, file)
    await s3.client.send(new CreateBucketCommand({ Bucket: name }))
    const running = new Set<string>()
    const states = await startStates(running)
    const services = { s3: s3.url, secrets: secretsManager.url, states: states.url }
    const reader = await openFront({ ...services, redshift: '' })
    const client = new S3Client({ ...settings(reader.urls.s3), forcePathStyle: true })
    const redshift = await startRedshift({ file, s3: client })
    const fronts: Front[] = [reader]
    return {
      graph: warehouse(number, sources.missing),
      bucket: bucketOf(name, s3.client),
      redshift,
      reader,
      running,
      async open() {
        const front = await openFront({ ...services, redshift: redshift.url } satisfies Record<
          Service,
          string
        >)
        fronts.push(front)
        return front
      },
      async close() {
        await redshift.close()
        for (const front of fronts) await front.stop()
        states.stop()
        client.destroy()
        if (receipts) rmSync(file)
        else copyFileSync(file, base)
      },
    }
  }

  async function show(tide: Tide): Promise<void> {
    if (tide === tideNow()) return
    const statements = turn(tide)
    if (!sources.missing.includes('production')) await sources.change(statements)
  }

  await show('before')
  const first = await begin()
  const all = [...first.graph.keys()]
  const whole = { date: BEFORE, run: 'before', tables: all }
  await night(first, whole, undisturbed(first, await first.open()))
  await first.close()
  receipts = first.bucket
  if (!sources.missing.includes('production')) await sources.change(CHANGES)

  return {
    graph: first.graph,
    missing: sources.missing,
    show,
    async world(choose) {
      await show('night')
      const world = await begin()
      const own = choose?.(world.graph)
      const all = [...world.graph.keys()].flatMap((id) => definitionOf(world.graph, id) ?? [])
      for (const one of own ? [own, ...own.needs] : all) {
        const receipt = receipts && (await readReceipt(receipts, one, BEFORE))
        if (!receipt) continue
        await writeReceipt(world.bucket, one, receipt)
        const isDone = own && (one !== own || one.id === FORCED)
        for (const date of isDone ? [EVE, DATE] : []) {
          await writeReceipt(world.bucket, one, { ...receipt, date })
        }
      }
      return world
    },
    async stop() {
      secretsManager.stop()
      await s3.stop()
      await sources.stop()
      rmSync(directory, { recursive: true, force: true })
    },
  }
}

/** A table or task of a warehouse. Throws where it has none of that name. */
export function ownOf(graph: Graph, id: string): AnyDefinition {
  const own = definitionOf(graph, id)
  if (!own) throw new Error(`${id} is not in the warehouse`)
  return own
}

/** Step Functions, as far as asking goes whether an execution runs. */
async function startStates(running: ReadonlySet<string>) {
  const server = createServer(async (request, response) => {
    const { executionArn = '' } = (await json(request)) as { executionArn?: string }
    const name = executionArn.split(':').at(-1) ?? ''
    const status = running.has(name) ? 'RUNNING' : 'FAILED'
    response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' })
    response.end(JSON.stringify({ executionArn, name, status }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: () => {
      server.closeAllConnections()
      server.close()
    },
  }
}
