import { CustomResource, Duration } from 'aws-cdk-lib'
import type { RetentionDays } from 'aws-cdk-lib/aws-logs'
import { Construct } from 'constructs'
import type { SetupProperties } from '../night/setup.ts'
import { closingStep } from '../redshift/setup/schemas.ts'
import type { Step } from '../redshift/setup/step.ts'
import { TaskFunction } from './task-function.ts'
import type { Warehouse } from './warehouse.ts'

export interface WarehouseSetupProps {
  readonly warehouse: Warehouse
  readonly steps: readonly Step[]
  readonly logRetention: RetentionDays
}

/** The warehouse's own set-up, which a deploy applies as its administrator where it has changed. */
export class WarehouseSetup extends Construct {
  constructor(
    scope: Construct,
    id: string,
    { warehouse, steps, logRetention }: WarehouseSetupProps,
  ) {
    super(scope, id)
    const { administration } = warehouse
    if (!administration) throw new Error('the stage does not say who administers the warehouse')
    const fn = new TaskFunction(this, 'Set up', {
      ...{ entry: 'setup', memory: 512, minutes: MINUTES, logRetention },
      description: 'Sets up the warehouse: roles, users, schemas',
    })
    warehouse.grantSetup(fn)
    const closing = warehouse.made ? [closingStep(warehouse.copyRoleArn)] : []
    const properties: SetupProperties = {
      Steps: [...steps, ...closing],
      Secrets: administration.secrets,
    }
    new CustomResource(this, 'Steps', {
      resourceType: 'Custom::WarehouseSetup',
      serviceToken: fn.functionArn,
      // One that was killed answers nothing.
      serviceTimeout: Duration.minutes(MINUTES + 1),
      properties,
    })
  }
}

const MINUTES = 14
