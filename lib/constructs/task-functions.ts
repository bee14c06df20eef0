import type { IBucket } from 'aws-cdk-lib/aws-s3'
import { Secret } from 'aws-cdk-lib/aws-secretsmanager'
import { Construct } from 'constructs'
import { type Graph, tablesOf } from '../graph/graph.ts'
import { EXTRACT_MEGABYTES, variables } from '../night/environment.ts'
import {
  type Definition,
  type Resources,
  sourceOf,
  type TaskDefinition,
} from '../table/definition.ts'
import type { Codec, Source } from '../table/origin.ts'
import { SourceBucket } from './source-bucket.ts'
import { type Network, TaskFunction, type TaskFunctionProps } from './task-function.ts'
import type { Warehouse } from './warehouse.ts'

export interface TaskFunctionsProps {
  readonly graph: Graph
  readonly bucket: IBucket
  readonly warehouse: Warehouse
  readonly timeZone: string
  readonly compression?: Codec
  readonly networks?: Readonly<Record<string, Network>>
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
    this.grantRead(this.prepare, 'locks', 'runs')
    for (const prefix of ['locks', 'runs']) bucket.grantPut(this.prepare, `${prefix}/*`)
    for (const prefix of ['receipts', 'runs']) bucket.grantDelete(this.prepare, `${prefix}/*`)
    this.load = this.make('Load', {
      ...small,
      entry: 'load',
      description: 'Loads extracts into the warehouse',
    })
    this.grantRead(this.load, 'staging', 'locks')
    bucket.grantDelete(this.load, 'staging/*')
    bucket.grantPut(this.load, 'receipts/*')
    warehouse.grantUse(this.load)
    this.awaitUpstream = this.make('Await', {
      ...{ memory: 256, minutes: 1 },
      entry: 'await',
      description: 'Waits until what a table is made from is complete',
    })
    this.grantRead(this.awaitUpstream, 'receipts', 'runs')
    this.note = this.make('Note', {
      ...small,
      entry: 'note',
      description: 'Writes down why a table failed',
    })
    this.grantRead(this.note, 'runs')
    bucket.grantPut(this.note, 'runs/*')
    this.report = this.make('Report', {
      ...small,
      entry: 'report',
      description: 'Says how a night ended',
    })
    this.grantRead(this.report, 'receipts', 'runs')
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
    return this.reader(
      table,
      {},
      { ...{ entry: 'plan', kind: 'Plan for', does: 'Cuts tables into chunks:' }, memory: 512 },
    )
  }

  /** The function that extracts one chunk of a table. */
  chunk(table: Definition): TaskFunction {
    const fn = this.writer(table, {
      entry: 'chunk',
      kind: 'Chunk from',
      does: 'Extracts chunks of tables from',
    })
    this.props.bucket.grantPut(fn, 'runs/*.chunk.json')
    return fn
  }

  /** The function that makes one extract of the chunks of a table. */
  get seal(): TaskFunction {
    return this.once('Seal', {}, (id) => {
      const fn = this.make(id, {
        ...{ memory: 512, minutes: 15, entry: 'seal' },
        description: 'Makes one extract of the chunks of a table',
      })
      this.grantRead(fn, 'staging')
      this.props.bucket.grantPut(fn, 'staging/*')
      return fn
    })
  }

  /** A function that writes what it reads as files that COPY loads. */
  private writer(table: Definition, kind: Kind): TaskFunction {
    const { compression, warehouse } = this.props
    const fn = this.reader(table, table.resources, { ...kind, memory: EXTRACT_MEGABYTES })
    if (compression) fn.addEnvironment(variables.compression, compression)
    warehouse.tellSlices(fn)
    return fn
  }

  /** A function that reads the source of a table: its secret, its network, its client, and no other. */
  private reader(
    table: Definition,
    resources: Resources,
    { entry, kind, does, memory }: Kind & { readonly memory: number },
  ): TaskFunction {
    const source = sourceOf(table)
    if (!source) throw new Error(`${table.id} is not extracted`)
    return this.once(`${kind} ${source.name}`, resources, (id, resources) => {
      const fn = this.make(id, {
        ...{ memory, minutes: 15, ...resources },
        entry,
        description: `${does} ${source.name} (${source.kind})`,
        without: this.packagesWithout(source),
        network: this.props.networks?.[source.name],
      })
      this.grantRead(fn, 'receipts', 'locks')
      this.props.bucket.grantPut(fn, 'staging/*')
      this.props.bucket.grantDelete(fn, 'staging/*')
      if (source.secret) Secret.fromSecretNameV2(fn, 'Secret', source.secret).grantRead(fn)
      if (source.bucket) new SourceBucket(fn, 'Source', source.bucket).grantRead(fn)
      return fn
    })
  }

  /** The function that makes a table by SQL. */
  transform(table: Definition): TaskFunction {
    return this.once('Transform', table.resources, (id, resources) => {
      const fn = this.make(id, {
        ...{ memory: 512, minutes: 15, ...resources },
        entry: 'transform',
        description: 'Makes tables inside the warehouse',
      })
      this.grantRead(fn, 'receipts', 'locks')
      this.props.bucket.grantPut(fn, 'receipts/*')
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
      this.grantRead(fn, 'receipts', 'locks', 'runs/*/tasks')
      this.props.bucket.grantPut(fn, 'receipts/tasks/*')
      this.props.bucket.grantPut(fn, 'runs/*/tasks/*')
      this.props.bucket.grantDelete(fn, 'runs/*/tasks/*')
      this.props.warehouse.grantExecute(fn)
      return fn
    })
  }

  private make(id: string, props: TaskFunctionProps): TaskFunction {
    const fn = new TaskFunction(this, id, { without: this.packagesWithout(), ...props })
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

  /** Reading a missing object is only an answer, not an error, to who may list. */
  private grantRead(fn: TaskFunction, ...prefixes: string[]): void {
    for (const prefix of prefixes) this.props.bucket.grantRead(fn, `${prefix}/*`)
  }

  /** The clients of all sources but one. */
  private packagesWithout(source?: Source): string[] {
    const all = tablesOf(this.props.graph).flatMap((table) => sourceOf(table)?.packages ?? [])
    return [...new Set(all)].filter((name) => !source?.packages.includes(name))
  }
}
