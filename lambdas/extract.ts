import { theBucket } from '../lib/night/environment.ts'
import type { TaskInput } from '../lib/night/task.ts'
import { extractTask } from '../lib/night/tasks.ts'
import { doorway, graph } from './doorway.ts'

const bucket = theBucket()

export const handler = doorway((input: TaskInput, context) =>
  extractTask({ graph, bucket, milliseconds: context.getRemainingTimeInMillis() }, input),
)
