import { type ChunkInput, chunkTask } from '../lib/night/chunks.ts'
import { theBucket } from '../lib/night/environment.ts'
import { doorway, graph } from './doorway.ts'

const bucket = theBucket()

export const handler = doorway((input: ChunkInput, context) =>
  chunkTask({ graph, bucket, milliseconds: context.getRemainingTimeInMillis() }, input),
)
