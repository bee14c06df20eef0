import { type Change, makeChange } from '../lib/night/custom-resource.ts'
import { theWarehouse } from '../lib/night/environment.ts'
import { logging } from '../lib/night/log.ts'
import { type SetupProperties, setUpWarehouse } from '../lib/night/setup.ts'
import type { Context } from './doorway.ts'

const warehouse = theWarehouse()

/** CloudFormation calls it on deploy. It knows no table, so that it changes with none. */
export const handler = (change: Change<SetupProperties>, { awsRequestId }: Context) =>
  logging({ requestId: awsRequestId }, () =>
    makeChange(change, (properties) => setUpWarehouse(warehouse, properties)),
  )
