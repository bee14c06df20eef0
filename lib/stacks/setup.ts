import { readersOf } from '../constructs/warehouse.ts'
import { type Graph, tablesOf } from '../graph/graph.ts'
import { READER } from '../redshift/setup/roles.ts'
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
