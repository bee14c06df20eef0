import { join } from 'node:path'
import { App, Validations } from 'aws-cdk-lib'
import { tablesOf } from '../lib/graph/graph.ts'
import { checkStage } from '../lib/stacks/check-stage.ts'
import { NightStack } from '../lib/stacks/night-stack.ts'
import { StorageStack } from '../lib/stacks/storage-stack.ts'
import { ReasonedWildcards } from '../lib/stacks/wildcards.ts'
import { knownDurations } from './durations.ts'
import { stages } from './stages/index.ts'
import { typeErrors } from './types.ts'
import { loadWarehouse, writeIndex, writeIndexes } from './warehouse.ts'

writeIndex()
const mistakes = typeErrors()
if (mistakes) {
  console.error(mistakes)
  process.exit(1)
}
const { graph, files } = await loadWarehouse()
const durations = knownDurations()

const copiesFrom = new Set(
  tablesOf(graph).flatMap(({ made }) =>
    made.by === 'copy' ? (made.from.source.bucket ?? []) : [],
  ),
)

const unloads = tablesOf(graph).some(({ made }) => made.by === 'spark')

const app = new App()
Validations.of(app).addPlugins(new ReasonedWildcards())
const indexes = writeIndexes(join(app.outdir, 'tables'), graph, files)
for (const stage of stages) {
  checkStage(stage, graph)
  const env = { account: stage.account, region: stage.region }
  const storage = new StorageStack(app, `usher-${stage.name}-storage`, {
    env,
    stage,
    copiesFrom: [...copiesFrom],
    unloads,
    terminationProtection: true,
    description: 'Usher: the staging bucket and the warehouse',
  })
  new NightStack(app, `usher-${stage.name}-night`, {
    env,
    stage,
    graph,
    storage,
    ...{ durations, indexes },
    description: 'Usher: the functions and the state machine of a night',
  })
}
app.synth()
