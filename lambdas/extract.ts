import { theBucket, thePacking } from '../lib/night/environment.ts'
import type { TaskInput } from '../lib/night/task.ts'
import { extractTask } from '../lib/night/tasks.ts'
import { doorway, graph } from './doorway.ts'

const tools = { graph, bucket: theBucket(), packing: thePacking() }

export const handler = doorway((input: TaskInput, context) =>
  extractTask({ ...tools, milliseconds: context.getRemainingTimeInMillis() }, input),
)
