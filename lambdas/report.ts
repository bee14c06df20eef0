import { theBucket } from '../lib/night/environment.ts'
import type { Night } from '../lib/night/night.ts'
import { reportNight } from '../lib/night/report.ts'
import { doorway, graph } from './doorway.ts'

const tools = { graph, bucket: theBucket() }

export const handler = doorway((night: Night) => reportNight(tools, night))
