import type { Stage } from '../../lib/stacks/stage.ts'
import { dev } from './dev.ts'
import { prod } from './prod.ts'

/**
 * The deployments of Usher, each a file: `npx cdk deploy 'usher-dev-*'` deploys one. The first is that
 * which commands speak of unless told otherwise, and which `npm run night` plays.
 */
export const stages: readonly Stage[] = [dev, prod]
