import { sealTask } from '../lib/night/chunks.ts'
import { theBucket } from '../lib/night/environment.ts'
import type { TaskResult } from '../lib/night/task.ts'
import { doorway, graph } from './doorway.ts'

const tools = { graph, bucket: theBucket() }

export const handler = doorway((planned: TaskResult) => sealTask(tools, planned))
