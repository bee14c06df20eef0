import type { Graph } from '../../lib/graph/graph.ts'
import type { Seconds } from '../../lib/graph/schedule.ts'
import { type Machines, machinesOf } from '../../lib/machine/machine.ts'
import type { Step } from '../../lib/machine/table.ts'
import type { Call } from '../../lib/machine/task.ts'

const arn = (kind: string) => `arn:aws:states:us-east-1:111111111111:${kind}`
const call = (name: string): Call => ({
  resource: `arn:aws:lambda:us-east-1:111111111111:function:${name}`,
  seconds: 900,
})

const load: Step = { verb: 'Load', call: call('load'), continues: true }

/** What is done for a table that is read in chunks. */
export const inChunks: readonly Step[] = [
  { verb: 'Plan', call: call('plan') },
  { chunks: { call: call('chunk'), concurrency: 4 }, otherwise: 'Seal' },
  { verb: 'Seal', call: call('seal'), continues: true },
  load,
]

/** What is done for a table whose source is not read by all who want to at once. */
export const inTurn: readonly Step[] = [
  { verb: 'Extract', call: { ...call('extract'), waits: true } },
  load,
]

/** Compiles a graph: a table that is made from nothing is extracted and loaded, others transformed. */
export const compile = (
  graph: Graph,
  seconds: Seconds,
  extracted: readonly Step[] = [{ verb: 'Extract', call: call('extract') }, load],
): Machines =>
  machinesOf({
    graph,
    seconds,
    stepsOf: ({ needs, task }) => {
      if (task) return [{ verb: 'Run', call: call('run') }]
      return needs.length > 0 ? [{ verb: 'Transform', call: call('transform') }] : extracted
    },
    functions: {
      prepare: call('prepare'),
      report: call('report'),
      note: call('note'),
      awaitUpstream: call('await'),
      topic: 'arn:aws:sns:us-east-1:111111111111:failures',
    },
    partArn: (number) => arn(`stateMachine:part-${number}`),
  })
