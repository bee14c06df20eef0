import { Failure } from '../error.ts'
import { definitionOf, type Graph } from '../graph/graph.ts'
import { select } from '../graph/select.ts'
import type { Bucket } from '../manifest/bucket.ts'
import { type AnyDefinition, isTask } from '../table/definition.ts'
import { type Incomplete, type Letter, letterOf } from './letter.ts'
import { about, log, logError } from './log.ts'
import { measureNight } from './metrics.ts'
import type { Night } from './night.ts'
import {
  chunkFailureKey,
  type FailureNote,
  failureKey,
  findReceipt,
  type Receipt,
} from './receipt.ts'
import { sweep } from './sweep.ts'

/** How a night ended. */
export interface Report {
  readonly date: string
  /** The execution's name. */
  readonly run: string
  readonly tables: number
  readonly tasks: number
  readonly rows: number
  /** The night is to go round once more. */
  readonly again: boolean
  /** How often the execution had been redriven when the night began. */
  readonly redrives: number
  readonly message: string
  /** What people are told where tables are missing. */
  readonly incomplete?: Letter
}

export interface ReportInput extends Night {
  /** How often the execution had been redriven when the night began, and has been by now. */
  readonly redrives: number
  readonly redriven: number
  /** What was to be seen to before there was any table. */
  readonly warnings?: readonly string[]
  /** The execution's ARN. */
  readonly execution: string
  /** When it started: an instant. */
  readonly startedAt: string
}

interface ReportTools {
  readonly graph: Graph
  readonly bucket: Bucket
  readonly stage: string
  /** Where runbooks are. */
  readonly runbooks?: string | undefined
}

/** What the last state is given of a night that is incomplete. */
export interface Ending {
  /** What was reported, and why nobody could be told, if that was so. */
  readonly ending: Report & { readonly untold?: Caught }
  /** How often the execution has been redriven by now. */
  readonly redriven: number
}

/** What Step Functions hands a Catch. */
export interface Caught {
  readonly Error: string
  readonly Cause?: string
}

/** What failed: a table or task, or a whole part of the night. */
export interface Failed {
  readonly table?: string
  readonly part?: readonly string[]
  readonly run: string
  readonly error: Caught
}

/** Writes down why a table or task failed, for the report at the end of the night. */
export async function noteFailure(
  { graph, bucket }: { graph: Graph; bucket: Bucket },
  { table, part = [], run, error }: Failed,
): Promise<void> {
  for (const id of table === undefined ? part : [table]) {
    const own = definitionOf(graph, id)
    const told: FailureNote = { table: id, error: error.Error, reason: reasonOf(error) }
    const note = (own && (await chunkFailure(bucket, own, run, error))) ?? told
    about({ table: id })
    log('table failed', { ...note })
    // A table of the part may have a note of its own, which says more.
    if (own && table === undefined) await bucket.create(failureKey(own, run), note)
    else if (own) await bucket.put(failureKey(own, run), note)
  }
}

/** What Step Functions says of a Map where a chunk has failed, whatever that said itself. */
const CHUNK_FAILED = 'States.ExceedToleratedFailureThreshold'

const chunkFailure = async (bucket: Bucket, own: AnyDefinition, run: string, error: Caught) =>
  error.Error === CHUNK_FAILED ? bucket.get<FailureNote>(chunkFailureKey(own, run)) : undefined

/** What EMR Serverless says of a job that failed. */
interface Job {
  readonly JobRunId?: string
  readonly StateDetails?: string
  readonly JobRun?: Job
}

/**
 * The sentence inside a cause: Lambda's is `{"errorType", "errorMessage", "trace"}`, that of a job is the
 * job, and that of a part of the night is its execution, whose own error and cause say what went wrong.
 */
function reasonOf({ Error: name, Cause = '' }: Caught): string {
  try {
    const about = JSON.parse(Cause) as Partial<Caught> & { errorMessage?: unknown } & Job
    if (typeof about.errorMessage === 'string') return about.errorMessage
    const { JobRunId, StateDetails } = about.JobRun ?? about
    if (StateDetails) return `${StateDetails} (the job ${JobRunId})`
    return about.Error ? `${about.Error}: ${about.Cause ?? ''}` : Cause
  } catch {
    return Cause || name
  }
}

/** The longest message: Step Functions takes 32,768 characters, a doorway lets fewer through. */
const LONGEST = 4_000

/**
 * Looks which tables are complete, and says what failed, what was skipped and what is to be done;
 * unless the execution was redriven since the night began, which is to do it again. Files that are left
 * of complete tables are deleted.
 */
export async function reportNight(
  { graph, bucket, stage, runbooks }: ReportTools,
  input: ReportInput,
): Promise<Report> {
  const { date, run, tables, force, accept = [], redrives, redriven, execution, startedAt } = input
  const asked = [...select(graph, tables)].flatMap((id) => definitionOf(graph, id) ?? [])
  const found = await Promise.all(
    asked.map(async (own) => {
      const receipt = await findReceipt(bucket, own, { date, force })
      const note = receipt ? undefined : await bucket.get<FailureNote>(failureKey(own, run))
      return { own, receipt, note }
    }),
  )
  const broken = found.flatMap(({ own, receipt, note }) =>
    receipt ? [] : [note ?? { table: own.id, error: 'Unknown', reason: 'its task left no word' }],
  )
  const complete = found.flatMap(({ own, receipt }) => (receipt ? [own] : []))
  // A night is told of, and complete, though what is left of it cannot be deleted now.
  await sweep(bucket, complete, { date, run }).catch(logError)
  const rows = found.reduce((sum, { receipt }) => sum + (receipt?.rows ?? 0), 0)
  const tasks = asked.filter(isTask).length
  const report = { date, run, tables: asked.length - tasks, tasks, rows, redrives }
  const again = broken.length > 0 && redriven > redrives
  const early = (input.warnings ?? []).map((warning) => `Warning: ${warning}`)
  const warnings = [...early, ...warningsOf(found.map(({ receipt }) => receipt))]
  // Of a night that is incomplete, the letter has them.
  const Warnings = broken.length === 0 ? warnings.length : undefined
  if (!again) await measureNight(bucket, found, { date, run, redriven, startedAt, Warnings })
  if (broken.length === 0) {
    const complete = `${amountOf(asked)} ${isOrAre(asked)} complete for ${date}`
    const count = `${warnings.length} ${warnings.length === 1 ? 'warning' : 'warnings'}`
    const message =
      warnings.length > 0 ? shorten([`${complete}; ${count}:`, ...warnings].join('\n')) : complete
    return { ...report, again: false, message }
  }
  const rest = asked.filter(({ id }) => broken.some(({ table }) => table === id))
  if (again) {
    const message = `${amountOf(rest)} ${isOrAre(rest)} to be done once more`
    return { ...report, again, message }
  }
  log('night incomplete', { ...report, broken: broken.length })
  const amount = amountOf(rest, asked)
  const verb = isOrAre(rest)
  // What a forced night has done stays done: forced again, it would be done twice.
  const same = force ? { tables: rest.map(({ id }) => id), force } : tables.length > 0 && { tables }
  const rerun = { date, ...same, ...(accept.length > 0 && { accept }) }
  const skipped = broken.filter(({ error }) => error === 'DependencyIncomplete')
  const failed = broken.filter(({ error }) => error !== 'DependencyIncomplete')
  const told = { stage, execution, failed, skipped, warnings, input: rerun, runbooks }
  const night = { ...told, amount, verb } as const
  return { ...report, again: false, message: complaint(night), incomplete: letterOf(night) }
}

/**
 * The last task of a night that is incomplete, once people have been told. Throws a NightIncomplete
 * with what was reported, or a NightUntold where SNS did not take it; unless the execution was
 * redriven, which is to do the night again.
 */
export async function endNight({ ending, redriven }: Ending): Promise<Report> {
  const { untold, incomplete: _, ...report } = ending
  if (redriven > report.redrives) return { ...report, again: true }
  if (!untold) throw new Failure('NightIncomplete', report.message)
  const problem = `the topic was not told of it: ${untold.Error}: ${untold.Cause ?? ''}`
  throw new Failure('NightUntold', `${report.message}\n${problem.slice(0, 1000)}`)
}

export const isOrAre = (these: readonly unknown[]) => (these.length === 1 ? 'is' : 'are')

/** `25 tables and 1 task`, or `2 of 25 tables and 1 of 1 task` where they are some of more. */
export function amountOf(these: readonly AnyDefinition[], all = these): string {
  const kinds = [
    { noun: 'table', is: (own: AnyDefinition) => !isTask(own) },
    { noun: 'task', is: isTask },
  ]
  const amounts = kinds.flatMap(({ noun, is }) => {
    const [count, whole] = [these.filter(is).length, all.filter(is).length]
    const nouns = `${whole} ${noun}${whole === 1 ? '' : 's'}`
    return count === 0 ? [] : [all === these ? nouns : `${count} of ${nouns}`]
  })
  return amounts.join(' and ')
}

/** What a person should see to of tables that are complete, a line each. */
const warningsOf = (receipts: readonly (Receipt | undefined)[]): string[] =>
  receipts.flatMap((receipt) =>
    (receipt?.warnings ?? []).map((warning) => `Warning of ${receipt?.table}: ${warning}`),
  )

function complaint({ amount, verb, failed, skipped, warnings, input }: Incomplete): string {
  const lines = [
    `${amount} ${verb} not complete for ${input.date}.`,
    ...failed.map(({ table, reason }) => `${table} failed: ${reason}`),
    ...skipped.map(({ table, reason }) => `${table} was skipped: ${reason}`),
    ...warnings,
    `To do these and no others, redrive this execution, or start one with ${JSON.stringify(input)}`,
  ]
  return shorten(lines.join('\n'))
}

const shorten = (text: string): string =>
  text.length > LONGEST
    ? `${text.slice(0, LONGEST)}…\n${text.slice(text.lastIndexOf('\n') + 1)}`
    : text
