import { theBucket } from '../lib/night/environment.ts'
import { type ReportInput, reportNight } from '../lib/night/report.ts'
import { doorway, graph } from './doorway.ts'

const tools = { graph, bucket: theBucket() }

export const handler = doorway((input: ReportInput) => reportNight(tools, input))
