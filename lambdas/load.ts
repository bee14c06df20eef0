import { required, theBucket, theWarehouse } from '../lib/night/environment.ts'
import type { TaskResult } from '../lib/night/task.ts'
import { loadTask } from '../lib/night/tasks.ts'
import { doorway, graph } from './doorway.ts'

const tools = {
  graph,
  bucket: theBucket(),
  warehouse: theWarehouse(),
  copyRole: required('copyRole'),
}

export const handler = doorway((extracted: TaskResult, context) =>
  loadTask({ ...tools, milliseconds: context.getRemainingTimeInMillis() }, extracted),
)
