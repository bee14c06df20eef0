import type { Outcome } from './outcome.ts'

/** So many of what is wrong are printed. */
const MOST = 20

/** The outcomes as a table of 80 columns, and what is wrong below it. */
export function report(outcomes: readonly Outcome[]): string {
  const sum = (of: (outcome: Outcome) => number) =>
    outcomes.reduce((total, one) => total + of(one), 0)
  const lines = outcomes.map((one) =>
    line(
      shortened(one.type, 29),
      shortened(`${one.isUsual ? '' : '! '}${one.declared}`, 19),
      ...countsOf(one),
    ),
  )
  const whole = {
    equal: sum(({ equal }) => equal),
    converted: sum(({ converted }) => converted),
    refused: sum(({ refused }) => refused),
    otherwise: outcomes.flatMap(({ otherwise }) => otherwise),
  }
  const wrong = whole.otherwise
  return [
    line('what holds it', 'declared', 'cases', 'equal', 'conv.', 'refus.'),
    ...lines,
    '-'.repeat(80),
    line('total', '', ...countsOf(whole)),
    '',
    'conv.: converted by a rule, and counted. refus.: refused by a rule.',
    '!: declared otherwise than `usher mirror` says.',
    wrong.length === 0
      ? 'none otherwise'
      : `${wrong.length} otherwise:\n${[...new Set(wrong)].slice(0, MOST).join('\n')}`,
    '',
  ].join('\n')
}

const countsOf = ({
  equal,
  converted,
  refused,
  otherwise,
}: Pick<Outcome, 'equal' | 'converted' | 'refused' | 'otherwise'>): string[] =>
  [equal + converted + refused + otherwise.length, equal, converted, refused].map(String)

const line = (type: string, declared: string, ...counts: readonly string[]): string =>
  `${type.padEnd(31)}${declared.padEnd(21)}${counts.map((count) => count.padStart(7)).join('')}`

const shortened = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 1)}…` : text
