import { required, theBucket, variables } from '../lib/night/environment.ts'
import { findExecutionBy } from '../lib/night/executions.ts'
import { topicOf } from '../lib/night/watch/topic.ts'
import { type WatchInput, watch } from '../lib/night/watch/watch.ts'
import { doorway, graph } from './doorway.ts'

const tools = {
  graph,
  bucket: theBucket(),
  stage: required('stage'),
  timeZone: required('timeZone'),
  staleAfter: Number(required('staleAfter')),
  runbooks: process.env[variables.runbooks],
  find: findExecutionBy(),
  tell: topicOf(required('topic')),
}

export const handler = doorway((input: WatchInput) => watch(tools, input))
