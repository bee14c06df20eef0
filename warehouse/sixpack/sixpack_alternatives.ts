import { bigint, boolean, integer, table, varchar } from '#lib'
import { abTests } from '../sources.ts'

export const sixpack_alternatives = table('sixpack_alternatives', {
  description: 'One row for each alternative of an A/B test, with what became of it in all.',
  columns: {
    experiment: varchar(255).primaryKey(),
    alternative: varchar(255).primaryKey(),
    position: integer().describe('Its place in the experiment, from 0, which is the control.'),
    is_control: boolean(),
    is_winner: boolean(),
    participants: bigint(),
    conversions: bigint().describe(
      'Of every KPI, and those without one: a visitor counts once for each.',
    ),
  },
  dist: 'all',
  sort: ['experiment', 'position'],
  from: abTests.alternatives,
  row: ({ isControl, isWinner, ...alternative }) => ({
    ...alternative,
    is_control: isControl,
    is_winner: isWinner,
  }),
})
