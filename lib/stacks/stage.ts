import type { VpcConfig } from '../constructs/network.ts'
import type { SourceConfig, TaskFunctionsProps } from '../constructs/task-functions.ts'
import type { WarehouseConfig } from '../constructs/warehouse.ts'

/** A time of day on the clocks of a stage's `timeZone`. */
export interface Clock {
  readonly hour: number
  readonly minute: number
}

/** How one deployment of Usher differs from another; `checkStage` says what each may be. */
export interface Stage {
  /** `prod`; part of the names of its stacks. */
  readonly name: string
  readonly account?: string
  readonly region?: string
  /** When the night starts: not between 1 and 3 where clocks change, as they do so then. */
  readonly startsAt: Clock
  /**
   * When people begin to look at the numbers: not between 1 and 3 where clocks change. A night that is
   * not complete by then is told of.
   */
  readonly doneBy?: Clock
  /** Run dates after which a table that was not complete since is told of as stale: 2 unless said. */
  readonly staleAfterDays?: number
  /** The time zone of the business, whose yesterday a night is about: `Europe/London`. */
  readonly timeZone: string
  /** False for a stage that runs only when it is told to. */
  readonly scheduled: boolean
  readonly warehouse: WarehouseConfig
  /** Where functions stand that reach a source in a VPC; a new warehouse stands there too. */
  readonly vpc?: VpcConfig
  /** What is particular about sources, by their names in `warehouse/sources.ts`. */
  readonly sources?: Readonly<Record<string, SourceConfig>>
  /** What extracts are compressed with: zstd, unless it is `gzip`, which takes more time and is as large. */
  readonly compression?: TaskFunctionsProps['compression']
  /** False for no metrics in CloudWatch, which cost up to $1.80 a month for each table. */
  readonly metrics?: boolean
  /** Who is told by e-mail when something is wrong. */
  readonly alarmEmails?: readonly string[]
  /** The address of `docs/runbooks`, where those who are told find it; without it, they look in a checkout. */
  readonly runbooks?: string
  readonly retention?: Retention
}

/** How many days things are kept; receipts, and what is in the warehouse, stay. */
export interface Retention {
  /** The logs of functions and of the state machine: 90 unless said. */
  readonly logs?: number
  /** What failed loads left on S3: 7 unless said. */
  readonly staging?: number
  /** What nights noted of failures: 90 unless said. */
  readonly runs?: number
}
