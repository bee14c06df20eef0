import { theBucket } from '../lib/night/environment.ts'
import { gatherTask } from '../lib/night/spark.ts'
import type { TaskResult } from '../lib/night/task.ts'
import { doorway, graph } from './doorway.ts'

const tools = { graph, bucket: theBucket() }

export const handler = doorway((unloaded: TaskResult) => gatherTask(tools, unloaded))
