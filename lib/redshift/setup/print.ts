import { beginning } from './apply.ts'
import { PASSWORD, type Step } from './step.ts'
import { recordSteps } from './table.ts'

/** A set-up as SQL that an administrator reads, and runs where no deploy may. */
export function printSetup(steps: readonly Step[], closing: Step): string {
  const parts = [
    '-- The set-up of the warehouse, for an administrator of the database to run once.',
    `-- Put a hash in place of each ${PASSWORD}: docs/warehouse-setup.md says how.`,
    '',
    ...beginning.map(ended),
    ...steps.flatMap(stepLines),
    '',
    '-- By this a night knows what it need not see to',
    ended(recordSteps(steps.map((step) => ({ step, made: true })))),
    '',
    '-- Only where nothing else needs what is taken from everybody here:',
    ...closing.statements.map((text) => `-- ${ended(text)}`),
  ]
  return `${parts.join('\n')}\n`
}

function stepLines(step: Step): string[] {
  const note = step.unless ? ' (leave it out where it is there)' : ''
  const alters = step.alters ? ` (leave it out where the ${step.alters} was there)` : ''
  return ['', `-- ${step.name}${note}${alters}`, ...step.statements.map(ended)]
}

const ended = (text: string): string => `${text};`
