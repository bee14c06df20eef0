import { theBucket, theWarehouse } from '../lib/night/environment.ts'
import type { TaskInput } from '../lib/night/task.ts'
import { transformTask } from '../lib/night/tasks.ts'
import { doorway, graph } from './doorway.ts'

const tools = { graph, bucket: theBucket(), warehouse: theWarehouse() }

export const handler = doorway((input: TaskInput, context) =>
  transformTask({ ...tools, milliseconds: context.getRemainingTimeInMillis() }, input),
)
