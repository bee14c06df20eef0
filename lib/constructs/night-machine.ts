import { Duration, RemovalPolicy } from 'aws-cdk-lib'
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs'
import {
  Chain,
  Choice,
  Condition,
  DefinitionBody,
  Errors,
  Fail,
  type IChainable,
  type INextable,
  JitterType,
  JsonPath,
  LogLevel,
  Parallel,
  QueryLanguage,
  type State,
  StateMachine,
  Succeed,
  TaskInput,
  Timeout,
} from 'aws-cdk-lib/aws-stepfunctions'
import { LambdaInvoke, type LambdaInvokeProps } from 'aws-cdk-lib/aws-stepfunctions-tasks'
import { Construct } from 'constructs'
import type { Graph } from '../graph/graph.ts'
import { parallelName, stateName } from '../graph/names.ts'
import { type Plan, planOf } from '../graph/plan.ts'
import type { Definition } from '../table/definition.ts'
import type { TaskFunction } from './task-function.ts'
import type { TaskFunctions } from './task-functions.ts'

export interface NightMachineProps {
  readonly graph: Graph
  readonly functions: TaskFunctions
}

/**
 * The state machine of a night: the dependency graph, compiled. A table that fails is noted and the
 * night goes on; what is made from it finds no receipt and is skipped; the last state fails the
 * execution if anything is missing.
 */
export class NightMachine extends Construct {
  readonly machine: StateMachine
  private readonly functions: TaskFunctions
  private readonly names = new Set<string>()

  constructor(scope: Construct, id: string, { graph, functions }: NightMachineProps) {
    super(scope, id)
    this.functions = functions
    const prepare = this.task('Prepare', functions.prepare, {
      payload: TaskInput.fromObject({
        input: JsonPath.entirePayload,
        run: JsonPath.executionName,
      }),
    })
    const definition = Chain.start(prepare)
      .next(this.states(planOf(graph)))
      .next(this.ending())
    this.machine = new StateMachine(this, 'Machine', {
      definitionBody: DefinitionBody.fromChainable(definition),
      queryLanguage: QueryLanguage.JSON_PATH,
      timeout: Duration.hours(20),
      tracingEnabled: true,
      logs: {
        level: LogLevel.ALL,
        destination: new LogGroup(this, 'Log', {
          logGroupName: `/aws/vendedlogs/states/${this.node.addr.slice(-12)}-night`,
          retention: RetentionDays.THREE_MONTHS,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
      },
    })
  }

  private states(plan: Plan): IChainable {
    if (plan.kind === 'table') return this.tableStates(plan.node.table)
    if (plan.kind === 'series') {
      const [first, ...rest] = plan.steps.map((step) => this.states(step))
      return rest.reduce<Chain>((chain, step) => chain.next(step), Chain.start(first as IChainable))
    }
    const name = parallelName(plan, this.names)
    const parallel = new Parallel(this, name, { resultPath: JsonPath.DISCARD })
    return parallel.branch(...plan.branches.map((branch) => this.states(branch)))
  }

  /** Extract and load, or transform; whichever fails leads to a note, and the night goes on. */
  private tableStates(table: Definition): IChainable {
    const note = this.task(stateName(table.id, 'failed'), this.functions.note, {
      payload: this.about(table, { error: JsonPath.objectAt('$.error') }),
      resultPath: JsonPath.DISCARD,
    })
    const caught = { errors: [Errors.ALL], resultPath: '$.error' }
    if (table.made.by === 'transform') {
      const transform = this.task(
        stateName('Transform', table.id),
        this.functions.transform(table),
        {
          payload: this.about(table),
          resultPath: '$.task',
        },
      ).addCatch(note, caught)
      return chainOf(transform, [transform, note])
    }
    const extract = this.task(stateName('Extract', table.id), this.functions.extract(table), {
      payload: this.about(table),
      resultPath: '$.task',
    }).addCatch(note, caught)
    const load = this.task(stateName('Load', table.id), this.functions.load, {
      inputPath: '$.task',
      resultPath: '$.task',
    }).addCatch(note, caught)
    extract.next(load)
    return chainOf(extract, [load, note])
  }

  private about(table: Definition, more: Record<string, unknown> = {}): TaskInput {
    return TaskInput.fromObject({
      table: table.id,
      date: JsonPath.stringAt('$.date'),
      run: JsonPath.stringAt('$.run'),
      tables: JsonPath.objectAt('$.tables'),
      force: JsonPath.objectAt('$.force'),
      ...more,
    })
  }

  private ending(): IChainable {
    const report = this.task('Report', this.functions.report, {})
    return Chain.start(report).next(
      new Choice(this, 'Is every table complete?')
        .when(Condition.booleanEquals('$.complete', true), new Succeed(this, 'Night complete'))
        .otherwise(
          new Fail(this, 'Night incomplete', { error: 'NightIncomplete', causePath: '$.message' }),
        ),
    )
  }

  /** A state that calls a function, tries again what may pass, and never waits for ever. */
  private task(name: string, fn: TaskFunction, props: Partial<LambdaInvokeProps>): LambdaInvoke {
    this.names.add(name)
    const task = new LambdaInvoke(this, name, {
      ...props,
      lambdaFunction: fn,
      payloadResponseOnly: true,
      retryOnServiceExceptions: false,
      // Lambda's own limit comes first, so that a function is never left running.
      taskTimeout: Timeout.duration((fn.timeout ?? Duration.minutes(15)).plus(Duration.minutes(1))),
    })
    // A transaction of hours is asked after as often as it takes; the machine's own limit ends it.
    task.addRetry({
      errors: ['StillRunning'],
      interval: Duration.seconds(1),
      maxAttempts: 200,
      backoffRate: 1,
    })
    // The function was ended: for its time or its memory, which may be just enough the next time.
    task.addRetry({
      errors: [
        'Lambda.Unknown',
        'Lambda.ClientExecutionTimeoutException',
        'Sandbox.Timedout',
        'Runtime.ExitError',
      ],
      interval: Duration.seconds(5),
      maxAttempts: 1,
    })
    task.addRetry({
      errors: [
        'Transient',
        'Lambda.ServiceException',
        'Lambda.AWSLambdaException',
        'Lambda.SdkClientException',
        'Lambda.TooManyRequestsException',
      ],
      interval: Duration.seconds(5),
      maxAttempts: 4,
      backoffRate: 3,
      maxDelay: Duration.minutes(5),
      jitterStrategy: JitterType.FULL,
    })
    return task
  }
}

/** A chain that starts in one state and goes on from several. */
function chainOf(start: State, ends: (INextable & State)[]): Chain {
  return Chain.custom(start, ends, ends[0] as IChainable)
}
