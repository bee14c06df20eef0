import { type ChunkInput, chunkTask } from '../lib/night/chunks.ts'
import { theBucket, thePacking } from '../lib/night/environment.ts'
import { doorway, graph } from './doorway.ts'

const tools = { graph, bucket: theBucket(), packing: thePacking() }

export const handler = doorway((input: ChunkInput, context) =>
  chunkTask({ ...tools, milliseconds: context.getRemainingTimeInMillis() }, input),
)
