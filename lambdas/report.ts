import { required, theBucket } from '../lib/night/environment.ts'
import { type Ending, endNight, type ReportInput, reportNight } from '../lib/night/report.ts'
import { doorway, graph } from './doorway.ts'

const tools = { graph, bucket: theBucket(), stage: required('stage') }

export const handler = doorway((input: ReportInput | Ending) =>
  'ending' in input ? endNight(input) : reportNight(tools, input),
)
