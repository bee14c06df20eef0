import { readersOf } from '../constructs/warehouse.ts'
import { type Graph, tablesOf } from '../graph/graph.ts'
import { printSetup } from '../redshift/setup/print.ts'
import { READER } from '../redshift/setup/roles.ts'
import { closingStep } from '../redshift/setup/schemas.ts'
import type { Step } from '../redshift/setup/step.ts'
import { setupSteps } from '../redshift/setup/steps.ts'
import type { Stage } from './stage.ts'

/** What the warehouse of a stage is set up with. */
export const setupOf = ({ warehouse }: Stage, graph: Graph): Step[] =>
  setupSteps({
    database: warehouse.database,
    schemas: tablesOf(graph).map(({ schema }) => schema),
    readers: readersOf(warehouse) ?? READER,
  })

/** The same as SQL to read; what would take from others is left to an administrator where there are any. */
export function printedSetup(stage: Stage, graph: Graph): string {
  const { warehouse } = stage
  const steps = setupOf(stage, graph)
  return warehouse.kind === 'new'
    ? printSetup([...steps, closingStep('<the role of COPY>')], [])
    : printSetup(steps, [closingStep(warehouse.copyRoleArn)])
}
