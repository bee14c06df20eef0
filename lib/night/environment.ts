import { type Bucket, bucketOf } from '../manifest/bucket.ts'
import { type Packing, usualPacking } from '../manifest/writer.ts'
import { type Warehouse, warehouseOf } from '../redshift/client.ts'

/** What the stack tells a function through its environment. */
export const variables = {
  stage: 'USHER_STAGE',
  /** What metrics say of where they come from: the stage; without it there are none. */
  metrics: 'USHER_METRICS',
  bucket: 'USHER_BUCKET',
  workgroup: 'USHER_WORKGROUP',
  cluster: 'USHER_CLUSTER',
  database: 'USHER_DATABASE',
  warehouseSecret: 'USHER_WAREHOUSE_SECRET',
  copyRole: 'USHER_COPY_ROLE',
  /** The ARN of the key that the bucket is encrypted with. */
  key: 'USHER_KEY',
  /** The role in the warehouse of those who only read; none where the stage names none. */
  readers: 'USHER_READERS',
  /** The RPU that the warehouse costs while it works; none where that is not Usher's to know. */
  capacity: 'USHER_CAPACITY',
  timeZone: 'USHER_TIME_ZONE',
  /** The topic that the watch tells. */
  topic: 'USHER_TOPIC',
  /** Run dates after which a table is stale. */
  staleAfter: 'USHER_STALE_AFTER',
  /** Where runbooks are, if not in a checkout. */
  runbooks: 'USHER_RUNBOOKS',
  compression: 'USHER_COMPRESSION',
  slices: 'USHER_SLICES',
  /** The name of the source's secret, where the stage has another than the source's declaration. */
  secret: 'USHER_SECRET',
} as const

/**
 * How Node runs a function of so many megabytes. Left to itself, it lets garbage grow with what it is
 * given; a third is much for what is alive at any one time, whatever the rows. Buffers do not count.
 */
export const nodeOptions = (memory: number): string =>
  `--enable-source-maps --max-semi-space-size=8 --max-old-space-size=${Math.floor(memory / 3)}`

/** The value of a variable that the function cannot do without. */
export function required(name: keyof typeof variables): string {
  const value = process.env[variables[name]]
  if (!value) throw new Error(`the function's environment lacks ${variables[name]}`)
  return value
}

export const theBucket = (): Bucket => bucketOf(required('bucket'))

/** How extracts are packed: as the stage says, and else as usual. */
export const thePacking = (): Packing => ({
  codec: (process.env[variables.compression] as Packing['codec'] | undefined) ?? usualPacking.codec,
  slices: Number(process.env[variables.slices] ?? usualPacking.slices),
})

export const theWarehouse = (): Warehouse =>
  warehouseOf({
    workgroup: process.env[variables.workgroup],
    cluster: process.env[variables.cluster],
    database: required('database'),
    secret: process.env[variables.warehouseSecret],
  })
