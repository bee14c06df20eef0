import type { IBucket } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import type { Graph } from '../../graph/graph.ts'
import { expected, scheduleOf } from '../../graph/schedule.ts'
import type { FailureTopic } from '../failure-topic.ts'
import type { NightMachine } from '../night-machine.ts'
import type { NightlySchedule, TimeOfDay } from '../nightly-schedule.ts'
import type { TaskFunctions } from '../task-functions.ts'
import { Alarms } from './alarms.ts'
import { NightDashboard } from './dashboard.ts'
import { measuredOf } from './measured.ts'
import { Watch } from './watch.ts'

export interface OperationsProps {
  /** The stage's name. */
  readonly stage: string
  readonly graph: Graph
  readonly functions: TaskFunctions
  readonly night: NightMachine
  readonly schedule: NightlySchedule
  readonly topic: FailureTopic
  readonly bucket: IBucket
  readonly startsAt: TimeOfDay
  /** When nights are to be complete; none where nobody waits for them. */
  readonly doneBy: TimeOfDay | undefined
  readonly timeZone: string
  /** Run dates after which a table that was not complete since is stale: 2 unless said. */
  readonly staleAfter: number | undefined
  /** False for no metrics of Usher's own. */
  readonly metrics: boolean | undefined
  /** Seconds that tables took in the last nights. */
  readonly durations: Readonly<Record<string, number>>
  /** The workgroup of a Redshift Serverless of Usher's own. */
  readonly workgroup: string | undefined
  /** Where runbooks are. */
  readonly runbooks: string | undefined
}

/** What looks after nights: the watch at the deadline, the alarms, the dashboard. */
export class Operations extends Construct {
  constructor(scope: Construct, id: string, props: OperationsProps) {
    super(scope, id)
    const { stage, graph, functions, night, topic, bucket, startsAt, doneBy, runbooks } = props
    const { machine } = night
    const { dropped } = props.schedule
    if (doneBy) {
      new Watch(this, 'Watch', {
        ...{ fn: functions.watch, night, topic, startsAt, doneBy, dropped },
        ...{ timeZone: props.timeZone, staleAfter: props.staleAfter ?? 2 },
      })
    }
    const measured = props.metrics === false ? undefined : measuredOf(stage)
    const { all: alarms } = new Alarms(this, 'Alarms', {
      ...{ stage, machine, functions, dropped, measured, topic, runbooks },
      watch: doneBy && functions.watch,
    })
    const slots = scheduleOf(graph, expected(props.durations))
    new NightDashboard(this, 'Nights', {
      ...{ stage, machine, functions, bucket, measured, alarms, runbooks },
      criticalPath: Math.max(0, ...[...slots.values()].map(({ end }) => end)),
      patience: doneBy && secondsBetween(startsAt, doneBy),
      workgroup: props.workgroup,
    })
  }
}

/** From one time of day to the next that is the other. */
function secondsBetween(from: TimeOfDay, to: TimeOfDay): number {
  const minutes = (to.hour - from.hour) * 60 + (to.minute - from.minute)
  return (minutes > 0 ? minutes : minutes + 24 * 60) * 60
}
