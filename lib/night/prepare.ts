import { definitionOf, type Graph, tablesOf } from '../graph/graph.ts'
import { select } from '../graph/select.ts'
import type { Bucket } from '../manifest/bucket.ts'
import { loads } from '../redshift/audit.ts'
import type { Warehouse } from '../redshift/client.ts'
import { prepareTable } from '../redshift/schema.ts'
import { identifier } from '../table/sql.ts'
import { type IsRunning, takeDate } from './lock.ts'
import { log } from './log.ts'
import { type Execution, type Night, nightOf } from './night.ts'
import { failureKey, receiptKey } from './receipt.ts'

interface Tools {
  readonly graph: Graph
  readonly bucket: Bucket
  readonly warehouse: Warehouse
  readonly timeZone: string
  readonly isRunning: IsRunning
}

/**
 * The first state of a night: settles what it is about, takes the run date, makes the schemas and the
 * audit table, and, where the input says `force`, forgets that the tables were complete. A night that
 * begins again goes on where it was.
 */
export async function prepareNight(
  { graph, bucket, warehouse, timeZone, isRunning }: Tools,
  { input, run, execution, redrives }: Execution,
): Promise<Night & Pick<Execution, 'redrives'>> {
  const night = nightOf(input, run, graph, timeZone)
  const { date } = night
  await takeDate(bucket, date, execution, isRunning)
  const schemas = new Set([loads.schema, ...tablesOf(graph).map(({ schema }) => schema)])
  const ddl = [...schemas].map((schema) => ({
    text: `create schema if not exists ${identifier(schema)}`,
    parameters: {},
  }))
  await warehouse.transaction(`usher ${run} schemas`, ddl)
  await prepareTable(warehouse, loads)
  const asked = [...select(graph, night.tables)].flatMap((id) => definitionOf(graph, id) ?? [])
  if (redrives > 0) await bucket.delete(asked.map((own) => failureKey(own, run)))
  else if (night.force) await bucket.delete(asked.map((own) => receiptKey(own, date)))
  log('night', { ...night, count: asked.length })
  return { ...night, redrives }
}
