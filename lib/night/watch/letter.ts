import {
  commandOf,
  consoleOf,
  fold,
  type Letter,
  namesOf,
  REASONS,
  short,
  subjectOf,
} from '../letter.ts'
import type { FailureNote } from '../receipt.ts'
import { pageOf, runbook } from '../runbooks.ts'

/** An execution that runs still, and what of it is not complete. */
export interface Going {
  /** Its ARN. */
  readonly execution: string
  readonly tables: readonly string[]
  /** What has failed in it already, or been skipped; its own letter comes at its end. */
  readonly failed: readonly FailureNote[]
  readonly skipped: readonly FailureNote[]
}

/** A table or task whose rows are old. */
export interface Stale {
  readonly table: string
  /** The run date that it was complete for last. */
  readonly last: string
}

/** What the watch has found at the deadline. */
export interface Late {
  readonly stage: string
  readonly date: string
  /** The deadline, on the clocks of the business: `06:30`. */
  readonly by: string
  /** `3 of 26 tables`, and of those that are stale. */
  readonly amount: { readonly lacking: string; readonly stale: string }
  readonly verb: 'is' | 'are'
  /** Whether any execution has taken the run date. */
  readonly started: boolean
  readonly going: readonly Going[]
  /** Not complete, and no execution that runs was asked for it, nor has one told of it. */
  readonly abandoned: readonly string[]
  /** Not complete, which a letter or a rule has told of when an execution failed. */
  readonly told: readonly string[]
  readonly stale: readonly Stale[]
  /** Where runbooks are. */
  readonly runbooks?: string | undefined
}

/** Writes what a person must know at the deadline of a night that is not complete. */
export function lateLetterOf(late: Late): Letter {
  const { stage, date, by, going, abandoned, told, stale, runbooks } = late
  const { title, first, page } = headOf(late)
  const sections = [
    fold(first),
    ...going.flatMap(goingLines(runbooks)),
    ...(late.started && abandoned.length > 0
      ? [fold(`NOT DONE, and nothing runs that would: ${abandoned.join(', ')}`)]
      : []),
    ...(told.length > 0 ? [fold(`FAILED before ${by}, as was told: ${told.join(', ')}`)] : []),
    ...(stale.length > 0 ? [staleLines(stale)] : []),
    ['See how it stands:', `  npx usher status --stage ${stage}`],
    ...(going.length === 0 ? [['Do what is missing:', `  ${commandOf(stage, { date })}`]] : []),
    [`Runbook: ${runbook(page, runbooks)}`],
  ]
  return {
    subject: subjectOf(`Usher ${stage}: ${title}`),
    message: `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`,
  }
}

function headOf({ date, by, amount, verb, started, going, abandoned }: Late) {
  if (!started) {
    return {
      title: `the night of ${date} has not started`,
      first: `The night of ${date} has not started: by ${by} no execution has taken that date.`,
      page: 'night-not-started',
    }
  }
  if (going.length + abandoned.length > 0) {
    const first = `${amount.lacking} ${verb} not complete for ${date} at ${by}, when all was to be.`
    return { title: `${amount.lacking} late for ${date}`, first, page: 'night-late' }
  }
  const first = `What failed for ${date} has been told. Stale by now: ${amount.stale}.`
  return { title: `${amount.stale} stale on ${date}`, first, page: 'tables-stale' }
}

const goingLines =
  (runbooks: string | undefined) =>
  ({ execution, tables, failed, skipped }: Going): string[][] => [
    [...fold(`RUNNING: ${tables.join(', ')}`), `  ${consoleOf(execution)}`],
    ...[...Map.groupBy(failed, ({ reason }) => reason)]
      .slice(0, REASONS)
      .map(([why, notes]) => [
        ...fold(`FAILED in it so far: ${namesOf(notes)}`),
        ...fold(short(why), '  '),
        `  Runbook: ${runbook(pageOf(notes[0]?.error ?? ''), runbooks)}`,
      ]),
    ...(skipped.length > 0 ? [fold(`SKIPPED in it so far: ${namesOf(skipped)}`)] : []),
  ]

function staleLines(stale: readonly Stale[]): string[] {
  const byLast = [...Map.groupBy(stale, ({ last }) => last)].toSorted(([a], [b]) =>
    a < b ? -1 : 1,
  )
  return byLast.flatMap(([last, these]) =>
    fold(`STALE, with rows of ${last}: ${these.map(({ table }) => table).join(', ')}`),
  )
}
