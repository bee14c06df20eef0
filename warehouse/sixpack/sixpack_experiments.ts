import { bigint, boolean, double, table, timestamp, varchar } from '#lib'
import { abTests } from '../sources.ts'

export const sixpack_experiments = table('sixpack_experiments', {
  description: 'One row for each A/B test that Sixpack knows, also when it is paused or archived.',
  columns: {
    experiment: varchar(255).primaryKey(),
    description: varchar(65_535).nullable(),
    created_at: timestamp().nullable().describe("By the clock of Sixpack's server."),
    traffic_fraction: double().describe('The share of visitors that takes part, 1 for all.'),
    is_archived: boolean(),
    is_paused: boolean(),
    winner: varchar(255).nullable().describe('The alternative that everybody gets now.'),
    kpis: varchar(65_535).describe(
      'The names of its KPIs, with commas between; empty without any.',
    ),
    excluded_clients: bigint().describe('Visitors that were kept out by traffic_fraction.'),
  },
  dist: 'all',
  sort: ['experiment'],
  from: abTests.experiments,
  row: (experiment) => ({
    experiment: experiment.name,
    description: experiment.description,
    created_at: experiment.createdAt,
    traffic_fraction: experiment.trafficFraction,
    is_archived: experiment.isArchived,
    is_paused: experiment.isPaused,
    winner: experiment.winner,
    kpis: experiment.kpis.join(','),
    excluded_clients: experiment.excludedClients,
  }),
})
