import type { Stage } from './stage.ts'

/** Days that things of a stage are kept. */
export const retentionOf = ({ retention = {} }: Stage) => ({
  logs: retention.logs ?? 90,
  staging: retention.staging ?? 7,
  runs: retention.runs ?? 90,
})
