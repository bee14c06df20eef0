import { theBucket, theWarehouse } from '../lib/night/environment.ts'
import { runTask } from '../lib/night/run.ts'
import type { TaskInput } from '../lib/night/task.ts'
import { doorway, graph } from './doorway.ts'

const tools = { graph, bucket: theBucket(), warehouse: theWarehouse() }

export const handler = doorway((input: TaskInput, context) =>
  runTask({ ...tools, milliseconds: context.getRemainingTimeInMillis() }, input),
)
