import { planTask } from '../lib/night/chunks.ts'
import { theBucket } from '../lib/night/environment.ts'
import type { TaskInput } from '../lib/night/task.ts'
import { doorway, graph } from './doorway.ts'

const bucket = theBucket()

export const handler = doorway((input: TaskInput, context) =>
  planTask({ graph, bucket, milliseconds: context.getRemainingTimeInMillis() }, input),
)
