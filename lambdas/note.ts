import { theBucket } from '../lib/night/environment.ts'
import { type Failed, noteFailure } from '../lib/night/report.ts'
import { doorway, graph } from './doorway.ts'

const tools = { graph, bucket: theBucket() }

export const handler = doorway((failure: Failed) => noteFailure(tools, failure))
