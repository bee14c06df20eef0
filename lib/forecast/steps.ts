import { crowdedSources } from '../graph/crowded.ts'
import { type Graph, type Node, tablesOf } from '../graph/graph.ts'
import type { Seconds } from '../graph/schedule.ts'
import { type Machines, machinesOf } from '../machine/machine.ts'
import type { Step } from '../machine/table.ts'
import type { Call } from '../machine/task.ts'

/** The machines that would be deployed, but for the names of their functions. */
export function machinesFor(graph: Graph, seconds: Seconds): Machines {
  const crowded = crowdedSources(tablesOf(graph))
  return machinesOf({
    ...{ graph, seconds },
    stepsOf: (node) => stepsOf(node, crowded),
    functions: {
      prepare: call('Prepare'),
      report: call('Report'),
      note: call('Note'),
      awaitUpstream: call('Await'),
      topic: 'Topic',
    },
    partArn: (number) => `Part${number}`,
  })
}

/** It counts as the ARN that takes the place of such a name. */
const call = (name: string): Call => ({ resource: `\${${name}}`, seconds: 900 })

const load: Step = { verb: 'Load', call: call('Load'), continues: true }

function stepsOf({ table, task }: Node, crowded: ReadonlySet<string>): readonly Step[] {
  if (task) return [{ verb: 'Run', call: call('Run') }]
  if (table.made.by === 'transform') return [{ verb: 'Transform', call: call('Transform') }]
  if (table.made.by === 'spark') {
    const job = { script: 'Script', job: 'Job', application: 'Spark', role: 'Role' }
    return [
      { verb: 'Unload', call: call('Unload') },
      { spark: { ...job, minutes: table.made.minutes }, otherwise: 'Gather' },
      { verb: 'Gather', call: call('Gather'), continues: true },
      load,
    ]
  }
  const waits = crowded.has(table.made.from.source.name) ? ({ waits: true } as const) : {}
  if (table.made.by === 'copy' || !table.made.chunks) {
    return [{ verb: 'Extract', call: { ...call('Extract'), ...waits } }, load]
  }
  const { connections: concurrency } = table.made.chunks
  return [
    { verb: 'Plan', call: { ...call('Plan'), ...waits } },
    { chunks: { call: call('Chunk'), concurrency }, otherwise: 'Seal' },
    { verb: 'Seal', call: call('Seal'), continues: true },
    load,
  ]
}
