import { ArnFormat, Stack } from 'aws-cdk-lib'
import type { RetentionDays } from 'aws-cdk-lib/aws-logs'
import type { IBucket } from 'aws-cdk-lib/aws-s3'
import { Construct } from 'constructs'
import { type Graph, tablesOf } from '../graph/graph.ts'
import { variables } from '../night/environment.ts'
import { stagingOf } from '../night/receipt.ts'
import {
  type Definition,
  type Resources,
  sourceOf,
  type TaskDefinition,
} from '../table/definition.ts'
import type { Codec, Source } from '../table/origin.ts'
import { EXTRACT_MEGABYTES } from '../table/resources.ts'
import { letDelete, letRead, letWrite } from './bucket-rights.ts'
import type { Network } from './network.ts'
import { letReadSecret } from './secret-rights.ts'
import { SourceBucket } from './source-bucket.ts'
import { type Place, TaskFunction, type TaskFunctionProps } from './task-function.ts'
import type { Warehouse } from './warehouse.ts'

export interface TaskFunctionsProps {
  /** The stage's name: messages and metrics say it. */
  readonly stage: string
  /** False for no metrics. */
  readonly metrics?: boolean
  readonly graph: Graph
  /** The files that export the tables of each source alone; absent, functions know all. */
  readonly indexes?: ReadonlyMap<string, string> | undefined
  readonly bucket: IBucket
  readonly warehouse: Warehouse
  readonly timeZone: string
  readonly compression?: Codec
  readonly logRetention: RetentionDays
  /** Where runbooks are: letters say it. */
  readonly runbooks?: string | undefined
  /** Where sources in a VPC are reached from. */
  readonly network?: Network | undefined
  readonly sources?: Readonly<Record<string, SourceConfig>> | undefined
}

/** What one stage has of a source that others may not. */
export interface SourceConfig {
  /** The name of its secret, where that is not what `warehouse/sources.ts` says. */
  readonly secret?: string
  /** The key that the secret is encrypted with, where it is not AWS's own. */
  readonly secretKeyArn?: string
  /** True where its functions must stand in the stage's VPC to reach it. */
  readonly inVpc?: boolean
  /** Security groups that the source lets in; absent, one is made for its functions. */
  readonly securityGroupIds?: readonly string[]
}

/** What functions that read a source are, and what they do. */
interface Kind {
  readonly entry: string
  readonly kind: string
  readonly does: string
}

/**
 * The functions of a night: one to extract from each source, with its secret and its network, one
 * to load, one to transform, one to run tasks, and four that keep the night together. A table or
 * task that asks for its own memory or time gets a function of the same kind with that.
 */
export class TaskFunctions extends Construct {
  readonly prepare: TaskFunction
  readonly load: TaskFunction
  readonly awaitUpstream: TaskFunction
  readonly note: TaskFunction
  readonly report: TaskFunction
  private readonly props: TaskFunctionsProps
  private readonly made = new Map<string, TaskFunction>()

  constructor(scope: Construct, id: string, props: TaskFunctionsProps) {
    super(scope, id)
    this.props = props
    const { bucket, warehouse, timeZone } = props
    const small = { memory: 512, minutes: 15 }
    this.prepare = this.make('Prepare', {
      ...small,
      entry: 'prepare',
      description: 'Settles what a night is about',
    })
    this.prepare.addEnvironment(variables.timeZone, timeZone)
    warehouse.grantUse(this.prepare)
    warehouse.tellReaders(this.prepare)
    letRead(this.prepare, bucket, 'locks/*', 'runs/*')
    letWrite(this.prepare, bucket, 'locks/*', 'runs/*')
    letDelete(this.prepare, bucket, 'receipts/*', 'runs/*')
    this.load = this.make('Load', {
      ...small,
      entry: 'load',
      description: 'Loads extracts into the warehouse',
    })
    letRead(this.load, bucket, 'staging/*', 'locks/*', 'receipts/*')
    letDelete(this.load, bucket, 'staging/*')
    letWrite(this.load, bucket, 'receipts/*')
    warehouse.grantUse(this.load)
    this.awaitUpstream = this.make('Await', {
      ...{ memory: 256, minutes: 1 },
      entry: 'await',
      description: 'Waits until what a table is made from is complete',
    })
    letRead(this.awaitUpstream, bucket, 'receipts/*', 'runs/*')
    this.note = this.make('Note', {
      ...small,
      entry: 'note',
      description: 'Writes down why a table failed',
    })
    letRead(this.note, bucket, 'runs/*')
    letWrite(this.note, bucket, 'runs/*')
    this.report = this.make('Report', {
      ...small,
      entry: 'report',
      description: 'Says how a night ended',
    })
    letRead(this.report, bucket, 'receipts/*', 'runs/*', 'locks/*')
    letDelete(this.report, bucket, 'staging/*')
    this.tellRunbooks(this.report)
    warehouse.tellCapacity(this.report)
  }

  /** The function that extracts a table. */
  extract(table: Definition): TaskFunction {
    return this.writer(table, {
      entry: 'extract',
      kind: 'Extract from',
      does: 'Extracts tables from',
    })
  }

  /** The function that cuts a table into chunks. */
  plan(table: Definition): TaskFunction {
    const kind = { entry: 'plan', kind: 'Plan for', does: 'Cuts tables into chunks:' }
    const { fn, source } = this.reader(table, {}, { ...kind, memory: 512 })
    letWrite(fn, this.props.bucket, `${stagingOf(source)}/*/chunks.json`)
    return fn
  }

  /** The function that extracts one chunk of a table. */
  chunk(table: Definition): TaskFunction {
    const fn = this.writer(table, {
      entry: 'chunk',
      kind: 'Chunk from',
      does: 'Extracts chunks of tables from',
    })
    letRead(fn, this.props.bucket, 'runs/*.chunk.json')
    letWrite(fn, this.props.bucket, 'runs/*.chunk.json')
    letDelete(fn, this.props.bucket, 'runs/*.chunk.json')
    return fn
  }

  /** The function that makes one extract of the chunks of a table. */
  get seal(): TaskFunction {
    return this.once('Seal', {}, (id) => {
      const fn = this.make(id, {
        ...{ memory: 512, minutes: 15, entry: 'seal' },
        description: 'Makes one extract of the chunks of a table',
      })
      letRead(fn, this.props.bucket, 'staging/*')
      letWrite(fn, this.props.bucket, 'staging/*')
      return fn
    })
  }

  /** The function that looks at the deadline whether the night is complete. */
  get watch(): TaskFunction {
    return this.once('Watch', {}, (id) => {
      const fn = this.make(id, {
        ...{ memory: 512, minutes: 5, entry: 'watch' },
        description: 'Looks at the deadline whether the night is complete',
      })
      letRead(fn, this.props.bucket, 'receipts/*', 'runs/*', 'locks/*')
      this.tellRunbooks(fn)
      return fn
    })
  }

  /** The function that unloads what the script of a table reads. */
  get unload(): TaskFunction {
    return this.once('Unload', {}, (id) => {
      const { bucket, warehouse } = this.props
      const fn = this.make(id, {
        ...{ memory: 512, minutes: 15, entry: 'unload' },
        description: 'Unloads what jobs of Spark read',
      })
      letRead(fn, bucket, 'receipts/*', 'locks/*', 'runs/*.unload.json', 'staging/spark/*/manifest')
      letWrite(fn, bucket, 'runs/*.unload.json', 'staging/spark/*/job.json')
      letDelete(fn, bucket, 'runs/*.unload.json')
      warehouse.grantUse(fn)
      const { keyArn } = bucket.encryptionKey ?? {}
      // The ARN is exported for others too: the id alone would keep the storage from being deployed without this.
      if (keyArn) fn.addEnvironment(variables.key, keyArn)
      return fn
    })
  }

  /** The function that makes an extract of what a job of Spark gives. */
  get gather(): TaskFunction {
    return this.once('Gather', {}, (id) => {
      const { bucket } = this.props
      const fn = this.make(id, {
        ...{ memory: 512, minutes: 15, entry: 'gather' },
        description: 'Makes extracts of what jobs of Spark give',
      })
      letRead(fn, bucket, 'staging/spark/*/out/*')
      letWrite(fn, bucket, 'staging/spark/*/extract.json', 'staging/spark/*/manifest.json')
      return fn
    })
  }

  /** All that there are by now. */
  get all(): readonly TaskFunction[] {
    return this.node.children.filter((child) => child instanceof TaskFunction)
  }

  private tellRunbooks(fn: TaskFunction): void {
    const { runbooks } = this.props
    if (runbooks) fn.addEnvironment(variables.runbooks, runbooks)
  }

  /** A function that writes what it reads as files that COPY loads. */
  private writer(table: Definition, kind: Kind): TaskFunction {
    const { bucket, compression, warehouse } = this.props
    const { fn, source } = this.reader(table, table.resources, {
      ...kind,
      memory: EXTRACT_MEGABYTES,
    })
    if (compression) fn.addEnvironment(variables.compression, compression)
    letWrite(fn, bucket, `${stagingOf(source)}/*`)
    letDelete(fn, bucket, `${stagingOf(source)}/*`)
    warehouse.tellSlices(fn)
    return fn
  }

  /** A function that reads the source of a table: its secret, its network, its client, and no other. */
  private reader(
    table: Definition,
    resources: Resources,
    { entry, kind, does, memory }: Kind & { readonly memory: number },
  ): { readonly fn: TaskFunction; readonly source: Source } {
    const source = sourceOf(table)
    if (!source) throw new Error(`${table.id} is not extracted`)
    const fn = this.once(`${kind} ${source.name}`, resources, (id, resources) => {
      const fn = this.make(id, {
        ...{ memory, minutes: 15, ...resources },
        entry,
        description: `${does} ${source.name} (${source.kind})`,
        without: this.packagesWithout(source),
        place: this.placeOf(source),
        tables: this.props.indexes?.get(source.name),
        atOnce: source.keepsTurns ? undefined : source.connections,
      })
      letRead(fn, this.props.bucket, 'receipts/*', 'locks/*')
      if (source.secret) this.letRead(fn, source.name, source.secret)
      if (source.bucket) new SourceBucket(fn, 'Source', source.bucket).grantRead(fn)
      return fn
    })
    return { fn, source }
  }

  private placeOf({ name }: Source): Place | undefined {
    const { network, sources } = this.props
    const { inVpc = false, securityGroupIds } = sources?.[name] ?? {}
    if (!inVpc) return undefined
    if (!network) throw new Error(`the source ${name} is in a VPC, of which the stage says nothing`)
    return { network, groups: network.groupsOf(name, securityGroupIds) }
  }

  /** Lets a function read the secret of a source, and tells it where the stage has another. */
  private letRead(fn: TaskFunction, source: string, usual: string): void {
    const { secret = usual, secretKeyArn } = this.props.sources?.[source] ?? {}
    // Secrets Manager puts six characters of its own behind the name.
    const arn = Stack.of(this).formatArn({
      ...{ service: 'secretsmanager', resource: 'secret', resourceName: `${secret}-??????` },
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    })
    letReadSecret(fn, arn, secretKeyArn)
    if (secret !== usual) fn.addEnvironment(variables.secret, secret)
  }

  /** The function that makes a table by SQL. */
  transform(table: Definition): TaskFunction {
    return this.once('Transform', table.resources, (id, resources) => {
      const fn = this.make(id, {
        ...{ memory: 512, minutes: 15, ...resources },
        entry: 'transform',
        description: 'Makes tables inside the warehouse',
      })
      letRead(fn, this.props.bucket, 'receipts/*', 'locks/*')
      letWrite(fn, this.props.bucket, 'receipts/*')
      this.props.warehouse.grantUse(fn)
      return fn
    })
  }

  /** The function that runs a task. */
  run(task: TaskDefinition): TaskFunction {
    return this.once('Run', task.resources, (id, resources) => {
      const fn = this.make(id, {
        ...{ memory: 512, minutes: 15, ...resources },
        entry: 'run',
        description: 'Runs tasks, which make no table',
      })
      letRead(fn, this.props.bucket, 'receipts/*', 'locks/*', 'runs/*/tasks/*')
      letWrite(fn, this.props.bucket, 'receipts/tasks/*', 'runs/*/tasks/*')
      letDelete(fn, this.props.bucket, 'runs/*/tasks/*')
      this.props.warehouse.grantExecute(fn)
      return fn
    })
  }

  private make(id: string, props: Omit<TaskFunctionProps, 'logRetention'>): TaskFunction {
    const fn = new TaskFunction(this, id, {
      ...{ without: this.packagesWithout(), logRetention: this.props.logRetention },
      ...props,
    })
    const { stage, metrics = true } = this.props
    fn.addEnvironment(variables.stage, stage)
    if (metrics) fn.addEnvironment(variables.metrics, stage)
    fn.addEnvironment(variables.bucket, this.props.bucket.bucketName)
    return fn
  }

  /** Makes a function once for each set of resources that tables ask of it. */
  private once(
    kind: string,
    resources: Resources,
    make: (id: string, resources: Resources) => TaskFunction,
  ): TaskFunction {
    const { memory, minutes } = resources
    const asked = [memory && `${memory} MB`, minutes && `${minutes} min`].filter(Boolean).join(' ')
    const id = asked ? `${kind} ${asked}` : kind
    const fn = this.made.get(id) ?? make(id, resources)
    this.made.set(id, fn)
    return fn
  }

  /** The clients of all sources but one. */
  private packagesWithout(source?: Source): string[] {
    const all = tablesOf(this.props.graph).flatMap((table) => sourceOf(table)?.packages ?? [])
    return [...new Set(all)].filter((name) => !source?.packages.includes(name))
  }
}
