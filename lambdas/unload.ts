import { required, theBucket, theWarehouse, variables } from '../lib/night/environment.ts'
import { unloadTask } from '../lib/night/spark.ts'
import type { TaskInput } from '../lib/night/task.ts'
import { doorway, graph } from './doorway.ts'

const tools = {
  graph,
  bucket: theBucket(),
  warehouse: theWarehouse(),
  copyRole: required('copyRole'),
  key: process.env[variables.key]?.split('/').at(-1),
}

export const handler = doorway((input: TaskInput, context) =>
  unloadTask({ ...tools, milliseconds: context.getRemainingTimeInMillis() }, input),
)
