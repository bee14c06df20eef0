import { bigint, boolean, integer, references, sum, table, varchar } from '#lib'
import { abTests } from '../sources.ts'
import { sixpack_experiments } from './sixpack_experiments.ts'

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
  joins: (rows) => [references(rows.experiment, sixpack_experiments.experiment)],
  measures: (rows) => ({
    total_participants: sum(rows.participants),
    total_conversions: sum(rows.conversions),
  }),
  dist: 'all',
  sort: ['experiment', 'position'],
  from: abTests.alternatives,
  row: ({ isControl, isWinner, ...alternative }) => ({
    ...alternative,
    is_control: isControl,
    is_winner: isWinner,
  }),
})
