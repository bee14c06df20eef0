import type { Stage } from '../lib/stacks/stage.ts'

/** The deployments of Usher; `npx cdk deploy 'usher-dev-*'` deploys one. */
export const stages: readonly Stage[] = [
  {
    name: 'dev',
    account: process.env.CDK_DEFAULT_ACCOUNT,
    region: process.env.CDK_DEFAULT_REGION,
    startsAt: { hour: 3, minute: 30 },
    timeZone: 'America/New_York',
    scheduled: true,
    warehouse: { kind: 'new', database: 'warehouse', baseCapacity: 8 },
  },
]
