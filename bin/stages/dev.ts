import type { Stage } from '../../lib/stacks/stage.ts'

/** For a company that has none of it yet: all is made, in the account that deploys. */
export const dev: Stage = {
  name: 'dev',
  account: process.env.CDK_DEFAULT_ACCOUNT,
  region: process.env.CDK_DEFAULT_REGION,
  startsAt: { hour: 3, minute: 30 },
  doneBy: { hour: 7, minute: 0 },
  timeZone: 'America/New_York',
  scheduled: true,
  warehouse: { kind: 'new', database: 'warehouse', baseCapacity: 8 },
}
