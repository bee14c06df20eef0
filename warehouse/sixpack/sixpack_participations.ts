import { bigint, date, references, sum, table, varchar } from '#lib'
import { abTests } from '../sources.ts'
import { sixpack_experiments } from './sixpack_experiments.ts'

export const sixpack_participations = table('sixpack_participations', {
  description:
    'One row for each A/B test, alternative, KPI and day: who came to the alternative and who converted, counted in the bitmaps of Sixpack.',
  columns: {
    experiment: varchar(255).primaryKey(),
    alternative: varchar(255).primaryKey(),
    kpi: varchar(255)
      .primaryKey()
      .describe("Empty for conversions without a KPI; each experiment has rows with kpi = ''."),
    date: date().primaryKey().describe("By the clock of Sixpack's server."),
    participants: bigint().describe(
      "Visitors who came to the alternative first on this day; the same for every KPI, so add them up where kpi = ''.",
    ),
    conversions: bigint().describe('Visitors who converted on this day, once for each KPI.'),
  },
  joins: (rows) => [references(rows.experiment, sixpack_experiments.experiment)],
  // Participants are the same for every KPI.
  measures: (rows) => ({ total_conversions: sum(rows.conversions) }),
  sort: ['experiment', 'date'],
  from: abTests.participations,
  row: (participation) => participation,
})
