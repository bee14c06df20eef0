import { LISTED } from '../../lib/cost/prices.ts'
import { usagesOf } from '../../lib/cost/shares.ts'
import { costOf, dollarsOf, nothing, plus } from '../../lib/cost/usage.ts'
import { messageOf } from '../../lib/error.ts'
import { definitionOf } from '../../lib/graph/graph.ts'
import type { Stage } from '../../lib/stacks/stage.ts'
import { wrap } from '../../local/display.ts'
import type { NightRecord } from '../../local/record.ts'
import { capacityOf } from '../capacity.ts'
import { dearest, money } from '../money.ts'
import { loadGraph } from '../warehouse.ts'

/**
 * What a night cost by the seconds that it took, and the dearest of its tables; none where it loaded
 * none. How much memory functions have is as the warehouse is declared here, which is no reason not to
 * see a night where that does not hold together.
 */
export async function costLines(stage: Stage, record: NightRecord): Promise<string[]> {
  if (![...record.efforts.values()].some(({ worked }) => worked)) return []
  const graph = await loadGraph().catch((error: unknown) => messageOf(error).split('\n')[0])
  if (typeof graph !== 'object') return wrap(`What it cost cannot be told: ${graph}`, '  ')
  const made = [...record.efforts].flatMap(([id, { worked, extractSeconds, read }]) => {
    const own = definitionOf(graph, id)
    const { bytes } = record.tables.get(id) ?? {}
    return own && worked ? [{ own, worked, extractSeconds, read, bytes }] : []
  })
  const { units, serverless } = capacityOf(stage)
  const usages = usagesOf(made, serverless ? units : 0)
  const cost = costOf([...usages.values()].reduce(plus, nothing))
  const others = cost.stepFunctions + cost.s3
  const parts = [
    serverless ? `Redshift ${money(cost.redshift)}` : 'nothing for the cluster',
    `Lambda ${money(cost.lambda)}`,
    `S3 and Step Functions ${money(others)}`,
  ]
  return [
    `It cost ${money(dollarsOf(cost))} at list prices of ${LISTED.region}: ${parts.join(', ')}.`,
    `Dearest: ${dearest(usages)}.`,
  ].flatMap((line) => wrap(line, '  '))
}
