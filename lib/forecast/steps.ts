import type { Graph, Node } from '../graph/graph.ts'
import type { Seconds } from '../graph/schedule.ts'
import { type Machines, machinesOf } from '../machine/machine.ts'
import type { Step } from '../machine/table.ts'
import type { Call } from '../machine/task.ts'

/** The machines that would be deployed, but for the names of their functions. */
export const machinesFor = (graph: Graph, seconds: Seconds): Machines =>
  machinesOf({
    ...{ graph, seconds, stepsOf },
    functions: {
      prepare: call('Prepare'),
      report: call('Report'),
      note: call('Note'),
      awaitUpstream: call('Await'),
      topic: 'Topic',
    },
    partArn: (number) => `Part${number}`,
  })

/** It is as long as an ARN in the place of a name that begins like this. */
const call = (name: string): Call => ({ resource: `\${${name}}`, seconds: 900 })

const load: Step = { verb: 'Load', call: call('Load'), continues: true }

function stepsOf({ table, task }: Node): readonly Step[] {
  if (task) return [{ verb: 'Run', call: call('Run') }]
  if (table.made.by === 'transform') return [{ verb: 'Transform', call: call('Transform') }]
  if (table.made.by === 'copy' || !table.made.chunks) {
    return [{ verb: 'Extract', call: call('Extract') }, load]
  }
  const { connections: concurrency } = table.made.chunks
  return [
    { verb: 'Plan', call: call('Plan') },
    { chunks: { call: call('Chunk'), concurrency }, otherwise: 'Seal' },
    { verb: 'Seal', call: call('Seal'), continues: true },
    load,
  ]
}
