import { ALLOWED, type Budget } from './budget.ts'
import type { Machines } from './machine.ts'

/** Of the tables that await others, how many are named. */
const MOST = 20

/** What a person wants to know of a night's machines before deploying them. */
export function describeMachines(
  { budgets, awaits }: Pick<Machines, 'budgets' | 'awaits'>,
  tables: number,
): string {
  const most = (of: (budget: Budget) => number) => Math.max(...budgets.map(of))
  const transitions = budgets.reduce((sum, budget) => sum + budget.transitions, 0)
  const number = (value: number) => value.toLocaleString('en')
  const percent = (part: number, whole: number) => `${Math.ceil((100 * part) / whole)} %`
  const [bytes, events] = [most(({ bytes }) => bytes), most(({ events }) => events)]
  const inAll = most(({ events, waiting }) => events + waiting)
  const count = budgets.length === 1 ? 'one state machine' : `${budgets.length} state machines`
  const waiting = [...awaits].map(([id, upstream]) => `  ${id} awaits ${upstream.join(', ')}`)
  return [
    `${tables} tables in ${count}. A night takes ${number(transitions)} transitions;`,
    `of what is allowed, ${percent(events, ALLOWED.events)} of a history (${number(events)} events)`,
    `and ${percent(bytes, ALLOWED.bytes)} of a definition (${number(Math.ceil(bytes / 1024))} kB).`,
    ...(inAll > events
      ? [
          `Where tables wait for their turn at a source all night, ${percent(inAll, ALLOWED.events)} of a history.`,
        ]
      : []),
    'No table waits for one that it does not need.',
    ...(waiting.length > 0 ? ['Awaited, besides what comes before in the machine:'] : []),
    ...waiting.slice(0, MOST),
    ...(waiting.length > MOST ? [`  … and ${waiting.length - MOST} more`] : []),
  ].join('\n')
}
