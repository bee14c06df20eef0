import type { Graph } from '../graph/graph.ts'
import { select } from '../graph/select.ts'
import type { Bucket } from '../manifest/bucket.ts'
import { loads } from '../redshift/audit.ts'
import type { Warehouse } from '../redshift/client.ts'
import { prepareTable } from '../redshift/schema.ts'
import { identifier } from '../table/sql.ts'
import { log } from './log.ts'
import { type Night, nightOf } from './night.ts'
import { receiptKey } from './receipt.ts'

interface Tools {
  readonly graph: Graph
  readonly bucket: Bucket
  readonly warehouse: Warehouse
  readonly timeZone: string
}

/**
 * The first state of a night: settles what it is about, makes the schemas and the audit table, and,
 * where the input says `force`, forgets that the tables were complete.
 */
export async function prepareNight(
  { graph, bucket, warehouse, timeZone }: Tools,
  input: unknown,
  run: string,
): Promise<Night> {
  const night = nightOf(input, run, graph, timeZone)
  const schemas = new Set([loads.schema, ...[...graph.values()].map(({ table }) => table.schema)])
  const ddl = [...schemas].map((schema) => ({
    text: `create schema if not exists ${identifier(schema)}`,
    parameters: {},
  }))
  await warehouse.transaction(`usher ${run} schemas`, ddl)
  await prepareTable(warehouse, loads)
  const asked = [...select(graph, night.tables)].flatMap((id) => graph.get(id)?.table ?? [])
  if (night.force) await bucket.delete(asked.map((table) => receiptKey(table, night.date)))
  log('night', { ...night, count: asked.length })
  return night
}
