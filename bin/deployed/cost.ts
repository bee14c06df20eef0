import { busySeconds } from '../../lib/cost/busy.ts'
import { LISTED } from '../../lib/cost/prices.ts'
import { usageOf } from '../../lib/cost/table.ts'
import { costOf, dollarsOf, nothing, plus } from '../../lib/cost/usage.ts'
import { messageOf } from '../../lib/error.ts'
import { definitionOf } from '../../lib/graph/graph.ts'
import type { Stage } from '../../lib/stacks/stage.ts'
import { wrap } from '../../local/display.ts'
import type { NightRecord } from '../../local/record.ts'
import { capacityOf } from '../capacity.ts'
import { money } from '../forecast.ts'
import { loadGraph } from '../warehouse.ts'

/**
 * What a night cost by the seconds that it took, and the dearest of its tables; none where it loaded
 * none. How much memory functions have is as the warehouse is declared here, which is no reason not to
 * see a night where that does not hold together.
 */
export async function costLines(stage: Stage, record: NightRecord): Promise<string[]> {
  const made = [...record.efforts].flatMap(([id, { worked, extractSeconds, read }]) =>
    worked ? [{ id, worked, extractSeconds, read, seconds: worked.end - worked.start }] : [],
  )
  if (made.length === 0) return []
  const graph = await loadGraph().catch((error: unknown) => messageOf(error).split('\n')[0])
  if (typeof graph !== 'object') return wrap(`What it cost cannot be told: ${graph}`, '  ')
  const { units, serverless } = capacityOf(stage)
  const rpuSeconds = serverless ? units * busySeconds(made.map(({ worked }) => worked)) : 0
  const all = made.reduce((sum, { seconds }) => sum + seconds, 0)
  const usages = made.flatMap(({ id, seconds, extractSeconds, read }) => {
    const own = definitionOf(graph, id)
    if (!own) return []
    const { bytes } = record.tables.get(id) ?? {}
    const night = { bytes, loadSeconds: seconds, extractSeconds }
    const chunks = read && { chunks: read.chunks, chunkSeconds: read.seconds }
    const share = all > 0 ? (rpuSeconds * seconds) / all : 0
    return [{ id, usage: usageOf(own, { ...night, ...chunks }, share) }]
  })
  const cost = costOf(usages.map(({ usage }) => usage).reduce(plus, nothing))
  const others = cost.stepFunctions + cost.s3
  const parts = [
    serverless ? `Redshift ${money(cost.redshift)}` : 'nothing for the cluster',
    `Lambda ${money(cost.lambda)}`,
    `S3 and Step Functions ${money(others)}`,
  ]
  const dearest = usages
    .map(({ id, usage }) => ({ id, dollars: dollarsOf(costOf(usage)) }))
    .sort((a, b) => b.dollars - a.dollars)
    .slice(0, 3)
    .map(({ id, dollars }) => `${id} ${money(dollars)}`)
  return [
    `It cost ${money(dollarsOf(cost))} at list prices of ${LISTED.region}: ${parts.join(', ')}.`,
    `Dearest: ${dearest.join(', ')}.`,
  ].flatMap((line) => wrap(line, '  '))
}
