import { Failure } from '../../lib/error.ts'
import { namesIn } from '../../lib/graph/select.ts'
import { dayBefore } from '../../lib/night/night.ts'
import { isDate } from '../../lib/table/moment.ts'
import { acceptedIn } from '../accept.ts'
import { type Meaning, sorted } from './naming.ts'
import { type NightMachine, tablesOf } from './night-machine.ts'

/** The options that say which nights are meant. */
export const nightOptions = {
  tables: { type: 'string' },
  force: { type: 'boolean', default: false },
  accept: { type: 'string' },
  stage: { type: 'string' },
} as const

type Options = Readonly<Record<string, unknown>>

/** What is to be done, whatever the date. Throws a BadInput that names what is no table. */
export async function wishOf(
  machine: NightMachine,
  { tables, force, accept }: Options,
): Promise<Omit<Meaning, 'date'>> {
  const asked = tables === undefined ? [] : namesIn(String(tables))
  const accepted = acceptedIn(accept)
  if (tables !== undefined && asked.length === 0) {
    throw new Failure('BadInput', '--tables names no table: leave it out for all')
  }
  if (asked.length + accepted.length > 0) {
    const known = await tablesOf(machine)
    const bare = asked.map((name) => name.replaceAll(/^\+|\+$/g, ''))
    const unknown = [...bare, ...accepted].filter((name) => !known.includes(name))
    if (unknown.length > 0) {
      throw new Failure(
        'BadInput',
        `${machine.name} has no table ${unknown.join(', ')}; there are ${[...known].sort().join(', ')}`,
      )
    }
  }
  return { tables: sorted(asked), force: force === true, accept: sorted(accepted) }
}

/** A date that an option gives, whose day must be over. Throws a BadInput that shows it. */
export function dateOf({ stage }: NightMachine, option: string, value: unknown): string {
  if (!isDate(String(value))) {
    throw new Failure('BadInput', `${option} '${value}' is no date: write it as 2026-11-23`)
  }
  if (String(value) > yesterday(stage.timeZone)) {
    const last = `in ${stage.timeZone} the last one that is, is ${yesterday(stage.timeZone)}`
    throw new Failure('BadInput', `${option} ${value} is a day that is not over: ${last}`)
  }
  return String(value)
}

export const yesterday = (timeZone: string): string => dayBefore(new Date().toISOString(), timeZone)

/** Throws a BadInput for words that belong to no option. */
export function noWords([word]: readonly string[], hint: string): void {
  if (word !== undefined) throw new Failure('BadInput', `'${word}' is no option: ${hint}`)
}

/** The options that say the same once more: ` --tables a,b --stage prod`. */
export const repeated = ({ tables, force, accept, stage }: Options): string =>
  [
    tables === undefined ? '' : ` --tables ${tables}`,
    force ? ' --force' : '',
    accept === undefined ? '' : ` --accept ${accept}`,
    stage === undefined ? '' : ` --stage ${stage}`,
  ].join('')
