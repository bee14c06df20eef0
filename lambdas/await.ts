import { type AwaitInput, awaitUpstream } from '../lib/night/await.ts'
import { theBucket } from '../lib/night/environment.ts'
import { doorway, graph } from './doorway.ts'

const tools = { graph, bucket: theBucket() }

export const handler = doorway((input: AwaitInput) => awaitUpstream(tools, input))
