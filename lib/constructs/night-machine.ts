import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Annotations, ArnFormat, Aws, Duration, RemovalPolicy, Stack, Stage } from 'aws-cdk-lib'
import { type IGrantable, PolicyStatement } from 'aws-cdk-lib/aws-iam'
import { LogGroup, type RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { IBucket } from 'aws-cdk-lib/aws-s3'
import type { ITopic } from 'aws-cdk-lib/aws-sns'
import { DefinitionBody, LogLevel, StateMachine } from 'aws-cdk-lib/aws-stepfunctions'
import { Construct } from 'constructs'
import { crowdedSources } from '../graph/crowded.ts'
import { type Graph, type Node, tablesOf } from '../graph/graph.ts'
import { expected } from '../graph/schedule.ts'
import type { Definition } from '../machine/asl.ts'
import { describeMachines } from '../machine/describe.ts'
import { machinesOf } from '../machine/machine.ts'
import { placeholder } from '../machine/names.ts'
import type { SparkStep } from '../machine/spark.ts'
import type { Step } from '../machine/table.ts'
import type { Call } from '../machine/task.ts'
import { sourceOf, type Definition as Table } from '../table/definition.ts'
import { letGet } from './bucket-rights.ts'
import type { FailureTopic } from './failure-topic.ts'
import { SparkJobs } from './spark-jobs.ts'
import { letHear } from './sync-rule.ts'
import type { TaskFunction } from './task-function.ts'
import type { TaskFunctions } from './task-functions.ts'

export interface NightMachineProps {
  /** What it is called: by this name people and commands find it. */
  readonly name: string
  readonly graph: Graph
  readonly functions: TaskFunctions
  /** The topic that is told of a night that is incomplete. */
  readonly topic: FailureTopic
  /** Where the lists of chunks lie. */
  readonly bucket: IBucket
  readonly logRetention: RetentionDays
  /** Seconds that tables took in the last nights. */
  readonly durations: Readonly<Record<string, number>>
}

/** The state machine of a night: the dependency graph, compiled. */
export class NightMachine extends Construct {
  readonly machine: StateMachine
  private readonly name: string
  private readonly functions: TaskFunctions
  private readonly bucket: IBucket
  private readonly topic: ITopic
  /** What runs the scripts of tables; none where no table has one. */
  private readonly spark: SparkJobs | undefined
  /** The functions that definitions call, by what stands for them there. */
  private readonly called = new Map<string, TaskFunction>()

  constructor(scope: Construct, id: string, props: NightMachineProps) {
    super(scope, id)
    const { name, graph, functions } = props
    this.name = name
    this.functions = functions
    this.bucket = props.bucket
    this.topic = props.topic.topic
    this.spark = tablesOf(graph).some(({ made }) => made.by === 'spark')
      ? new SparkJobs(this, 'Spark', props)
      : undefined
    const { prepare, report, note, awaitUpstream } = functions
    const crowded = crowdedSources(tablesOf(graph))
    const machines = machinesOf({
      graph,
      seconds: expected(props.durations),
      stepsOf: (node) => this.stepsOf(node, crowded),
      functions: {
        prepare: this.call(prepare),
        report: this.call(report),
        note: this.call(note),
        awaitUpstream: this.call(awaitUpstream),
        topic: placeholder('Topic'),
      },
      partArn: (number) => placeholder(`Part${number}`),
    })
    const logs = new LogGroup(this, 'Log', {
      logGroupName: `/aws/vendedlogs/states/${this.node.addr.slice(-12)}-night`,
      retention: props.logRetention,
      removalPolicy: RemovalPolicy.DESTROY,
    })
    const parts = machines.parts.map((definition, at) =>
      this.make(`Part${at + 1}`, `${name}-part-${at + 1}`, definition, logs),
    )
    this.machine = this.make('Machine', name, machines.night, logs, parts)
    for (const part of parts) startAndAwait(this.machine, part)
    props.topic.letPublish(this.machine)
    this.letAsk(functions.prepare)
    Annotations.of(this).addInfo(describeMachines(machines, tablesOf(graph).length))
  }

  /** Lets somebody ask how executions of nights stand. */
  letAsk({ grantPrincipal }: IGrantable): void {
    grantPrincipal.addToPrincipalPolicy(
      new PolicyStatement({
        actions: ['states:DescribeExecution'],
        resources: [executionsOf(this, this.name)],
      }),
    )
  }

  private stepsOf({ table, task }: Node, crowded: ReadonlySet<string>): Step[] {
    const { functions } = this
    if (task) return [{ verb: 'Run', call: this.call(functions.run(task)) }]
    if (table.made.by === 'transform') {
      return [{ verb: 'Transform', call: this.call(functions.transform(table)) }]
    }
    const waits = crowded.has(sourceOf(table)?.name ?? '') ? ({ waits: true } as const) : {}
    const load: Step = { verb: 'Load', call: this.call(functions.load), continues: true }
    if (table.made.by === 'extract' && table.made.chunks) {
      const call = this.call(functions.chunk(table))
      return [
        { verb: 'Plan', call: { ...this.call(functions.plan(table)), ...waits } },
        { chunks: { call, concurrency: table.made.chunks.connections }, otherwise: 'Seal' },
        { verb: 'Seal', call: this.call(functions.seal), continues: true },
        load,
      ]
    }
    if (table.made.by === 'spark') {
      return [
        { verb: 'Unload', call: this.call(functions.unload) },
        { spark: this.jobOf(table, table.made), otherwise: 'Gather' },
        { verb: 'Gather', call: this.call(functions.gather), continues: true },
        load,
      ]
    }
    return [{ verb: 'Extract', call: { ...this.call(functions.extract(table)), ...waits } }, load]
  }

  private jobOf(table: Table, { minutes }: { readonly minutes: number }): SparkStep['spark'] {
    if (!this.spark) throw new Error('no application runs scripts')
    return {
      script: placeholder(this.spark.scriptOf(table)),
      job: placeholder('SparkJob'),
      application: placeholder('SparkApplication'),
      role: placeholder('SparkRole'),
      minutes,
    }
  }

  private call(fn: TaskFunction): Call {
    const name = fn.node.id.replaceAll(/\W/g, '')
    const other = this.called.get(name)
    if (other && other !== fn)
      throw new Error(`${other.node.id} and ${fn.node.id} are both ${name}`)
    this.called.set(name, fn)
    return {
      resource: placeholder(name),
      seconds: (fn.timeout ?? Duration.minutes(15)).toSeconds(),
    }
  }

  private make(
    id: string,
    stateMachineName: string,
    definition: Definition,
    destination: LogGroup,
    parts: readonly StateMachine[] = [],
  ): StateMachine {
    const text = JSON.stringify(definition)
    const used = [...this.called].filter(([name]) => text.includes(placeholder(name)))
    const machine = new StateMachine(this, id, {
      stateMachineName,
      // A file, since a definition may be larger than a template.
      definitionBody: DefinitionBody.fromFile(this.fileOf(stateMachineName, text)),
      definitionSubstitutions: {
        ...Object.fromEntries(used.map(([name, fn]) => [name, fn.functionArn])),
        ...Object.fromEntries(
          parts.map(({ stateMachineArn }, at) => [`Part${at + 1}`, stateMachineArn]),
        ),
        ...Object.fromEntries(
          Object.entries(this.spark?.substitutions ?? {}).filter(([name]) =>
            text.includes(placeholder(name)),
          ),
        ),
        Partition: Aws.PARTITION,
        Bucket: this.bucket.bucketName,
        ...(text.includes(placeholder('Topic')) && { Topic: this.topic.topicArn }),
      },
      tracingEnabled: true,
      logs: { level: LogLevel.ALL, destination },
    })
    machine.addToRolePolicy(
      new PolicyStatement({
        actions: ['lambda:InvokeFunction'],
        resources: used.map(([, fn]) => fn.functionArn),
      }),
    )
    if (text.includes(':emr-serverless:')) this.spark?.letRun(machine)
    if (text.includes('"DISTRIBUTED"')) {
      letGet(machine, this.bucket, 'staging/*/chunks.json')
      mapItems(machine, stateMachineName)
    }
    return machine
  }

  /** Writes a definition beside the templates, from where CDK takes it. */
  private fileOf(name: string, text: string): string {
    const file = join(Stage.of(this)?.outdir ?? '', `${name}.asl.json`)
    writeFileSync(file, text)
    return file
  }
}

/**
 * What a machine needs to have executions of its own for the items of a distributed Map.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/iam-policies-eg-dist-map.html
 */
function mapItems(machine: StateMachine, name: string): void {
  const of = (kind: string, resourceName: string) =>
    Stack.of(machine).formatArn({
      ...{ service: 'states', resource: kind, resourceName },
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    })
  const statements = [
    { actions: ['states:StartExecution'], resources: [of('stateMachine', name)] },
    {
      actions: ['states:DescribeExecution', 'states:StopExecution', 'states:RedriveExecution'],
      // CDK's own policy has the first for two of these, and the second for the third.
      resources: [of('execution', `${name}:*`), of('execution', `${name}/*`)],
    },
  ]
  for (const statement of statements) machine.addToRolePolicy(new PolicyStatement(statement))
}

/** All executions of a machine that has a name of its own. */
const executionsOf = (scope: Construct, machine: string): string =>
  Stack.of(scope).formatArn({
    service: 'states',
    resource: 'execution',
    resourceName: `${machine}:*`,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  })

/**
 * What a machine needs to start an execution of another and await its end.
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/stepfunctions-iam.html
 */
function startAndAwait(machine: StateMachine, part: StateMachine): void {
  part.grantStartExecution(machine)
  part.grantExecution(machine, 'states:DescribeExecution', 'states:StopExecution')
  letHear(machine, machine, 'StepFunctionsGetEventsForStepFunctionsExecutionRule')
}
