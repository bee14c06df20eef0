import { required, theBucket, theWarehouse, variables } from '../lib/night/environment.ts'
import { executionsOf } from '../lib/night/executions.ts'
import type { Execution } from '../lib/night/night.ts'
import { prepareNight } from '../lib/night/prepare.ts'
import { doorway, graph } from './doorway.ts'

const tools = {
  graph,
  bucket: theBucket(),
  warehouse: theWarehouse(),
  timeZone: required('timeZone'),
  readers: process.env[variables.readers],
  isRunning: executionsOf(),
}

export const handler = doorway((execution: Execution) => prepareNight(tools, execution))
