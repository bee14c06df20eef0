import { required, theBucket, theWarehouse } from '../lib/night/environment.ts'
import { prepareNight } from '../lib/night/prepare.ts'
import { doorway, graph } from './doorway.ts'

const tools = {
  graph,
  bucket: theBucket(),
  warehouse: theWarehouse(),
  timeZone: required('timeZone'),
}

export const handler = doorway(({ input, run }: { input: unknown; run: string }) =>
  prepareNight(tools, input, run),
)
