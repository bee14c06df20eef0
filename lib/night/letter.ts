import type { NightInput } from './night.ts'
import type { FailureNote } from './receipt.ts'
import { pageOf, runbook } from './runbooks.ts'

/** What people are told of a night that is incomplete: an e-mail, of lines that a terminal shows whole. */
export interface Letter {
  /** As SNS takes it: ASCII, in one line of less than 100 characters. */
  readonly subject: string
  readonly message: string
}

/** What a letter is about. */
export interface Incomplete {
  /** Where: `prod`. */
  readonly stage: string
  /** The ARN of the execution. */
  readonly execution: string
  /** `2 of 26 tables` */
  readonly amount: string
  readonly verb: 'is' | 'are'
  readonly failed: readonly FailureNote[]
  readonly skipped: readonly FailureNote[]
  /** What a person should see to of tables that are complete: each a sentence. */
  readonly warnings: readonly string[]
  /** The input that does the rest. */
  readonly input: NightInput
  /** Where runbooks are. */
  readonly runbooks?: string | undefined
}

/** Columns of a line. */
const WIDTH = 76
/** Of more reasons than these only the tables are named, and more warnings are in the receipts. */
export const REASONS = 20
/** Characters of any reason but the first, which is told in full. */
const SHORT = 600

/** Writes the letter: what failed and why, what was skipped, and how the rest is done. */
export function letterOf(night: Incomplete): Letter {
  const { stage, execution, amount, verb, failed, skipped, warnings, input, runbooks } = night
  const byReason = [...Map.groupBy(failed, ({ reason }) => reason)]
  const told = byReason.slice(0, REASONS)
  const others = byReason.slice(REASONS).flatMap(([, notes]) => notes)
  const sections = [
    fold(`${amount} ${verb} not complete for ${input.date}.`),
    ...told.map(([reason, notes], at) => [
      ...fold(`FAILED: ${namesOf(notes)}`),
      ...fold(at === 0 ? reason : short(reason), '  '),
      `  Runbook: ${runbook(pageOf(notes[0]?.error ?? ''), runbooks)}`,
    ]),
    ...(others.length > 0 ? [fold(`FAILED too: ${namesOf(others)}`)] : []),
    ...(skipped.length > 0 ? [skippedLines(failed, skipped)] : []),
    ...warnings.slice(0, REASONS).map((warning) => fold(short(warning))),
    [
      ...fold('Mend what failed; then redrive the execution, which does just these:'),
      `  ${consoleOf(execution)}`,
    ],
    ['Or start one with this input:', `  ${JSON.stringify(input)}`],
    ['Or do that from a checkout of Usher:', `  ${commandOf(stage, input)}`],
  ]
  return {
    subject: subjectOf(`Usher ${stage}: ${amount} not complete for ${input.date}`),
    message: `${sections.map((lines) => lines.join('\n')).join('\n\n')}\n`,
  }
}

/** A subject as SNS takes it. */
export const subjectOf = (text: string): string => text.replaceAll(/[^ -~]/g, '?').slice(0, 99)

/** What failed is cause enough; where nothing has, each says what it lacks. */
function skippedLines(failed: readonly FailureNote[], skipped: readonly FailureNote[]): string[] {
  if (failed.length === 0) {
    return skipped.flatMap(({ table, reason }) => fold(`SKIPPED: ${table}, since ${reason}`))
  }
  return [
    'SKIPPED, since what they are made from is not complete:',
    ...fold(namesOf(skipped), '  '),
  ]
}

export const namesOf = (notes: readonly FailureNote[]): string =>
  notes.map(({ table }) => table).join(', ')

export const short = (text: string): string =>
  text.length > SHORT ? `${text.slice(0, SHORT)}…` : text

/** Breaks lines at spaces, which alone are lost; what has none stays whole. */
export function fold(text: string, indent = ''): string[] {
  const room = WIDTH - indent.length
  return text.split('\n').flatMap((line) => {
    const lines: string[] = []
    let rest = line
    while (rest.length > room) {
      const before = rest.lastIndexOf(' ', room)
      const at = before > 0 ? before : rest.indexOf(' ', room)
      if (at < 0) break
      lines.push(indent + rest.slice(0, at))
      rest = rest.slice(at + 1)
    }
    return [...lines, indent + rest]
  })
}

/** The domain of the console, by the partition of an ARN. */
const CONSOLES: Readonly<Record<string, string>> = {
  'aws-cn': 'amazonaws.cn',
  'aws-us-gov': 'amazonaws-us-gov.com',
}

/** Where the console shows an execution. */
export function consoleOf(execution: string): string {
  const [, partition = '', , region = ''] = execution.split(':')
  const domain = CONSOLES[partition] ?? 'aws.amazon.com'
  return `https://${region}.console.${domain}/states/home?region=${region}#/v2/executions/details/${execution}`
}

/** The command that starts a night with an input. */
export const commandOf = (
  stage: string,
  { date, tables = [], force, accept = [] }: NightInput,
): string =>
  [
    `npx usher start --stage ${stage} --date ${date}`,
    tables.length > 0 ? ` --tables ${tables.join(',')}` : '',
    force ? ' --force' : '',
    accept.length > 0 ? ` --accept ${accept.join(',')}` : '',
  ].join('')
