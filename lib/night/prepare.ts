import { definitionOf, type Graph, tablesOf } from '../graph/graph.ts'
import { select } from '../graph/select.ts'
import type { Bucket } from '../manifest/bucket.ts'
import { makeAsOf } from '../redshift/as-of.ts'
import { loads } from '../redshift/audit.ts'
import type { Warehouse } from '../redshift/client.ts'
import { letRead } from '../redshift/readers.ts'
import { prepareTable } from '../redshift/schema.ts'
import { roleStepName } from '../redshift/setup/roles.ts'
import { schemaStepName } from '../redshift/setup/schemas.ts'
import { appliedSteps } from '../redshift/setup/table.ts'
import type { AnyDefinition } from '../table/definition.ts'
import { identifier } from '../table/sql.ts'
import { type IsRunning, takeDate } from './lock.ts'
import { about, log } from './log.ts'
import { type Execution, type Night, nightOf } from './night.ts'
import { chunkFailureKey, failureKey, forcedKey, receiptKey } from './receipt.ts'

interface Tools {
  readonly graph: Graph
  readonly bucket: Bucket
  readonly warehouse: Warehouse
  readonly timeZone: string
  /** The role in the warehouse of those who only read. */
  readonly readers?: string | undefined
  readonly isRunning: IsRunning
}

/** What the states of a night are given. */
interface Prepared extends Night, Pick<Execution, 'redrives'> {
  /** All that the night is to do, by its ids; none where that is everything. */
  readonly selected: readonly string[]
  /** What a person should see to though tables are loaded. */
  readonly warnings: readonly string[]
}

/**
 * The first state of a night: settles what it is about, takes the run date, makes the schemas and the
 * audit table as far as the set-up has not, and the view of how old rows are, lets readers read, and,
 * where the input says `force`, forgets that the tables were complete. A night that begins again goes on
 * where it was.
 */
export async function prepareNight(
  { graph, bucket, warehouse, timeZone, readers, isRunning }: Tools,
  execution: Execution,
): Promise<Prepared> {
  const night = nightOf(execution, graph, timeZone)
  const { date, run } = night
  about({ date })
  await takeDate(bucket, date, execution.execution, isRunning)
  const schemas = new Set([loads.schema, ...tablesOf(graph).map(({ schema }) => schema)])
  const applied = await appliedSteps(warehouse)
  const setUp = new Set([...schemas].filter((schema) => applied.has(schemaStepName(schema))))
  const others = [...schemas].filter((schema) => !setUp.has(schema))
  await makeSchemas(warehouse, others, run)
  await prepareTable(warehouse, loads)
  const unseen = await makeAsOf(warehouse, run)
  const isSetUp = readers !== undefined && applied.has(roleStepName(readers))
  const unread = readers
    ? await letRead(warehouse, readers, tablesOf(graph), run, isSetUp ? setUp : undefined)
    : []
  const warnings = [...unseen, ...unread]
  const selection = [...select(graph, night.tables)]
  const asked = selection.flatMap((id) => definitionOf(graph, id) ?? [])
  await bucket.delete(asked.flatMap((own) => [failureKey(own, run), chunkFailureKey(own, run)]))
  if (night.force) await forget(bucket, asked, night)
  log('night', { tables: night.tables, force: night.force, count: asked.length, warnings })
  // Functions that read one source know no other tables to select from.
  const selected = night.tables.length > 0 ? selection : []
  return { ...night, selected, redrives: execution.redrives, warnings }
}

async function makeSchemas(warehouse: Warehouse, schemas: readonly string[], run: string) {
  if (schemas.length === 0) return
  const ddl = schemas.map((schema) => ({
    text: `create schema if not exists ${identifier(schema)}`,
    parameters: {},
  }))
  await warehouse.transaction(`usher ${run} schemas`, ddl)
}

/** Forgets that tables are complete: once in an execution, however often its night goes round. */
async function forget(bucket: Bucket, asked: readonly AnyDefinition[], { date, run }: Night) {
  if (await bucket.get(forcedKey(run))) return
  await bucket.delete(asked.map((own) => receiptKey(own, date)))
  await bucket.put(forcedKey(run), { date })
}
