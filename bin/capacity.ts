import type { Capacity } from '../lib/forecast/forecast.ts'
import type { Stage } from '../lib/stacks/stage.ts'

/** The slices of a warehouse where nobody says how many there are. */
const SLICES = 4

/** What the warehouse of a stage can do, as far as that is known: a slice counts as an RPU. */
export const capacityOf = ({ warehouse }: Stage): Capacity =>
  warehouse.kind === 'new'
    ? { units: warehouse.baseCapacity, serverless: true }
    : { units: warehouse.slices ?? SLICES, serverless: warehouse.kind === 'workgroup' }
