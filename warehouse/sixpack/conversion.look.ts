import { bigint, decimal, intervals, look, sql, varchar } from '#lib'
import { sixpack_participations } from './sixpack_participations.ts'

/** How many standard deviations 95 % of a normal distribution lie within. */
const Z = 1.96

export const conversion = look('conversion', {
  title: 'Conversion by experiment and alternative',
  description:
    'The share of visitors who bought, in per cent, with its 95 % interval after Wilson. Alternatives whose intervals lie apart differ; where they overlap, this chart does not tell.',
  columns: {
    experiment: varchar(255),
    alternative: varchar(255),
    visitors: bigint(),
    converted: bigint(),
    conversion_percent: decimal(6, 2),
    low: decimal(6, 2),
    high: decimal(6, 2),
  },
  query: sql`
    with totals as (
      select ${sixpack_participations.experiment} as experiment,
        ${sixpack_participations.alternative} as alternative,
        cast(sum(case when ${sixpack_participations.kpi} = '' then ${sixpack_participations.participants} end)
          as double precision) as n,
        cast(sum(case when ${sixpack_participations.kpi} <> 'click' then ${sixpack_participations.conversions} end)
          as double precision) as k
      from ${sixpack_participations}
      group by 1, 2
    ), shares as (
      select experiment, alternative, n, k, k / n as p, ${Z * Z} / n as z2n
      from totals
      where n > 0
    )
    select experiment, alternative, cast(n as bigint) as visitors, cast(k as bigint) as converted,
      cast(100 * p as decimal(6, 2)) as conversion_percent,
      cast(100 * (p + z2n / 2 - ${Z} * sqrt(p * (1 - p) / n + z2n / (4 * n))) / (1 + z2n)
        as decimal(6, 2)) as low,
      cast(100 * (p + z2n / 2 + ${Z} * sqrt(p * (1 - p) / n + z2n / (4 * n))) / (1 + z2n)
        as decimal(6, 2)) as high
    from shares
    order by 1, 2`,
  mark: intervals({
    label: 'alternative',
    value: 'conversion_percent',
    low: 'low',
    high: 'high',
    group: 'experiment',
  }),
})
