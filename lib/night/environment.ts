import { type Bucket, bucketOf } from '../manifest/bucket.ts'
import { type Warehouse, warehouseOf } from '../redshift/client.ts'

/** What the stack tells a function through its environment. */
export const variables = {
  bucket: 'USHER_BUCKET',
  workgroup: 'USHER_WORKGROUP',
  cluster: 'USHER_CLUSTER',
  database: 'USHER_DATABASE',
  warehouseSecret: 'USHER_WAREHOUSE_SECRET',
  copyRole: 'USHER_COPY_ROLE',
  timeZone: 'USHER_TIME_ZONE',
} as const

/**
 * How Node runs a function. Rows die young, and Buffers with them: a nursery large enough for that
 * keeps memory as it is, however many rows come.
 */
export const NODE_OPTIONS = '--enable-source-maps --max-semi-space-size=32'

/** The value of a variable that the function cannot do without. */
export function required(name: keyof typeof variables): string {
  const value = process.env[variables[name]]
  if (!value) throw new Error(`the function's environment lacks ${variables[name]}`)
  return value
}

export const theBucket = (): Bucket => bucketOf(required('bucket'))

export const theWarehouse = (): Warehouse =>
  warehouseOf({
    workgroup: process.env[variables.workgroup],
    cluster: process.env[variables.cluster],
    database: required('database'),
    secret: process.env[variables.warehouseSecret],
  })
