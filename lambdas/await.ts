import { type AwaitInput, awaitUpstream } from '../lib/night/await.ts'
import { theBucket } from '../lib/night/environment.ts'
import { doorway, graph } from './doorway.ts'

const bucket = theBucket()

export const handler = doorway((input: AwaitInput, context) =>
  awaitUpstream({ graph, bucket, milliseconds: context.getRemainingTimeInMillis() }, input),
)
