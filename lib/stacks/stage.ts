import type { Network } from '../constructs/task-function.ts'
import type { TaskFunctionsProps } from '../constructs/task-functions.ts'
import type { WarehouseConfig } from '../constructs/warehouse.ts'

/** How one deployment of Usher differs from another. */
export interface Stage {
  /** `prod`; part of the names of its stacks. */
  readonly name: string
  readonly account?: string
  readonly region?: string
  /** When the night starts, on the clocks of `timeZone`: not between 1 and 3, when they change. */
  readonly startsAt: { readonly hour: number; readonly minute: number }
  /** The time zone of the business, whose yesterday a night is about: `Europe/London`. */
  readonly timeZone: string
  /** False for a stage that runs only when it is told to. */
  readonly scheduled: boolean
  readonly warehouse: WarehouseConfig
  /** What extracts are compressed with: zstd, unless it is `gzip`, which takes more time and is as large. */
  readonly compression?: TaskFunctionsProps['compression']
  /** Sources whose functions must stand in a VPC to reach them, by the source's name. */
  readonly networks?: Readonly<Record<string, Network>>
  /** False for no metrics in CloudWatch, which cost up to $1.50 a month for each table. */
  readonly metrics?: boolean
  /** Who is told by e-mail when a night fails. */
  readonly alarmEmails?: readonly string[]
}
