import { CfnOutput, Stack, type StackProps } from 'aws-cdk-lib'
import type { Construct } from 'constructs'
import { FailureTopic } from '../constructs/failure-topic.ts'
import { NightMachine } from '../constructs/night-machine.ts'
import { NightlySchedule } from '../constructs/nightly-schedule.ts'
import { Operations } from '../constructs/operations/operations.ts'
import { TaskFunctions } from '../constructs/task-functions.ts'
import { WarehouseSetup } from '../constructs/warehouse-setup.ts'
import type { Graph } from '../graph/graph.ts'
import { retentionOf } from './retention.ts'
import { setupOf } from './setup.ts'
import type { Stage } from './stage.ts'
import type { StorageStack } from './storage-stack.ts'

export interface NightStackProps extends StackProps {
  readonly stage: Stage
  readonly graph: Graph
  readonly storage: StorageStack
  /** The files that export the tables of each source alone; absent, functions know all tables. */
  readonly indexes?: ReadonlyMap<string, string>
  /** Seconds that tables took in the last nights, as far as that is known. */
  readonly durations?: Readonly<Record<string, number>>
}

/** What runs a night, and holds nothing: it can be deleted and deployed anew. */
export class NightStack extends Stack {
  constructor(scope: Construct, id: string, props: NightStackProps) {
    super(scope, id, props)
    const { stage, graph, storage, indexes, durations = {} } = props
    const failures = new FailureTopic(this, 'Failures', {
      ...{ emails: stage.alarmEmails ?? [], key: storage.key, runbooks: stage.runbooks },
    })
    const { logs: logRetention } = retentionOf(stage)
    if (storage.warehouse.administration) {
      const { warehouse } = storage
      new WarehouseSetup(this, 'Setup', { warehouse, steps: setupOf(stage, graph), logRetention })
    }
    const functions = new TaskFunctions(this, 'Tasks', {
      stage: stage.name,
      metrics: stage.metrics,
      ...{ graph, indexes },
      bucket: storage.bucket,
      warehouse: storage.warehouse,
      timeZone: stage.timeZone,
      compression: stage.compression,
      runbooks: stage.runbooks,
      ...{ logRetention, network: storage.network, sources: stage.sources },
    })
    const nightMachine = new NightMachine(this, 'Night', {
      name: `usher-${stage.name}-night`,
      ...{
        graph,
        functions,
        durations,
        bucket: storage.bucket,
        topic: failures,
        logRetention,
      },
    })
    const { machine } = nightMachine
    const schedule = new NightlySchedule(this, 'Nightly', {
      machine,
      startsAt: stage.startsAt,
      timeZone: stage.timeZone,
      enabled: stage.scheduled,
    })
    failures.hear(machine)
    new Operations(this, 'Operations', {
      stage: stage.name,
      ...{ graph, functions, night: nightMachine, schedule, topic: failures, durations },
      bucket: storage.bucket,
      startsAt: stage.startsAt,
      // Of a stage that runs only when it is told to, nobody waits for the night.
      doneBy: stage.scheduled ? stage.doneBy : undefined,
      timeZone: stage.timeZone,
      staleAfter: stage.staleAfterDays,
      metrics: stage.metrics,
      workgroup: stage.warehouse.kind === 'new' ? `usher-${stage.name}` : undefined,
      runbooks: stage.runbooks,
    })
    new CfnOutput(this, 'MachineArn', { value: machine.stateMachineArn })
    new CfnOutput(this, 'TopicArn', { value: failures.topic.topicArn })
  }
}
