import { theBucket } from '../lib/night/environment.ts'
import { type Caught, noteFailure } from '../lib/night/report.ts'
import { doorway, graph } from './doorway.ts'

const tools = { graph, bucket: theBucket() }

export const handler = doorway((failure: { table: string; run: string; error: Caught }) =>
  noteFailure(tools, failure),
)
