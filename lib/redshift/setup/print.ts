import { beginning } from './apply.ts'
import { PASSWORD, type Step } from './step.ts'
import { recordSteps } from './table.ts'

/**
 * A set-up as SQL that an administrator reads, and runs where no deploy may; with what is left to them to
 * decide, which is commented out.
 */
export function printSetup(steps: readonly Step[], left: readonly Step[]): string {
  const parts = [
    '-- The set-up of the warehouse, for an administrator of the database to run once',
    '-- where no deploy does it.',
    `-- Put a hash in place of each ${PASSWORD}: docs/warehouse-setup.md says how.`,
    '',
    ...beginning.map(ended),
    ...steps.flatMap(stepLines),
    '',
    '-- By this a night knows what it need not see to',
    ended(recordSteps(steps.map((step) => ({ step, made: true })))),
    ...left.flatMap(({ name, statements }) => [
      '',
      `-- ${name}: only where nobody else needs what is taken from everybody here`,
      ...statements.map((text) => `-- ${ended(text)}`),
    ]),
  ]
  return `${parts.join('\n')}\n`
}

function stepLines(step: Step): string[] {
  const note = step.unless ? ' (leave it out where it is there)' : ''
  const alters = step.alters ? ` (leave it out where ${step.alters} was there)` : ''
  return ['', `-- ${step.name}${note}${alters}`, ...step.statements.map(ended)]
}

const ended = (text: string): string => `${text};`
