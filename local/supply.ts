import { type Display, seconds } from './display.ts'
import { holdSources, identityOf } from './identity.ts'
import type { NightOptions, TableInfo } from './night.ts'
import type { NightRecord } from './record.ts'
import { type Had, provide, type SourceInfo, urlOf } from './sources.ts'

/** The sources of a night: what there is of them, and why some cannot be had. */
export interface Supply {
  /** What the secrets say, by their names. */
  readonly secrets: Readonly<Record<string, object>>
  /** What the buckets hold that are sources, by their names. */
  readonly buckets: ReadonlyMap<string, NonNullable<Had['files']>>
  /** Why a source cannot be had, by its name. */
  readonly missing: ReadonlyMap<string, string>
  /** Stops the servers that were started. */
  stop(): Promise<void>
}

/** The sources of tables that are no code. */
function sourcesOf(tables: readonly TableInfo[]): SourceInfo[] {
  const named = tables.flatMap(({ source }) => {
    const isThere = source?.secret || source?.bucket || source?.kind === 'spark'
    return source && isThere ? [[source.name, source] as const] : []
  })
  return [...new Map(named).values()]
}

/**
 * Provides the sources that have tables to read, all at the same time. Throws an error where the
 * environment is wrong about one, or where one is another server than in the nights before.
 */
export async function supply(
  { home, day, display, tables }: NightOptions,
  pending: readonly TableInfo[],
): Promise<Supply> {
  const identities = sourcesOf(tables).map((source) => [source.name, identityOf(urlOf(source))])
  holdSources(home, Object.fromEntries(identities))
  const log = (text: string) => display.status(`  ${text}`)
  const stops: (() => Promise<void>)[] = []
  const settled = await Promise.allSettled(
    sourcesOf(pending).map(async (source) => {
      const what = `reach ${source.name} (${source.kind})`
      const provided = await step(display, what, () =>
        provide(source, { directory: home, date: day, log }),
      )
      if ('stop' in provided && provided.stop) stops.push(provided.stop)
      return { source, provided }
    }),
  )
  const stop = async () => {
    await Promise.all(stops.map((stop) => stop()))
  }
  const secrets: Record<string, object> = {}
  const buckets = new Map<string, NonNullable<Had['files']>>()
  const missing = new Map<string, string>()
  for (const outcome of settled) {
    if (outcome.status === 'rejected') {
      await stop()
      throw outcome.reason
    }
    const { source, provided } = outcome.value
    if ('missing' in provided) missing.set(source.name, provided.missing)
    else {
      if (source.secret && provided.secret) secrets[source.secret] = provided.secret
      if (source.bucket && provided.files) buckets.set(source.bucket, provided.files)
    }
  }
  return { secrets, buckets, missing, stop }
}

/** Shows a piece of work while it is done, and then how long it took. */
export async function step<T>(display: Display, what: string, work: () => Promise<T>): Promise<T> {
  const start = performance.now()
  display.status(`  ${what} …`)
  const result = await work()
  display.line(`  ${what.padEnd(48)} ${seconds((performance.now() - start) / 1000).padStart(12)}`)
  return result
}

/** Leaves out the tables of sources that cannot be had, and all that is made from them. */
export function withoutMissing(
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
    skipped.message = source ? missing.get(lost) : `needs tables of ${lost}`
    return false
  })
}
