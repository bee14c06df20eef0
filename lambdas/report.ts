import { required, theBucket, variables } from '../lib/night/environment.ts'
import { type Ending, endNight, type ReportInput, reportNight } from '../lib/night/report.ts'
import { doorway, graph } from './doorway.ts'

const tools = {
  graph,
  bucket: theBucket(),
  stage: required('stage'),
  runbooks: process.env[variables.runbooks],
}

export const handler = doorway((input: ReportInput | Ending) =>
  'ending' in input ? endNight(input) : reportNight(tools, input),
)
