import { bigint, date, googleAnalytics, mirror, table, varchar } from '#lib'

const site = googleAnalytics('site', { secret: 'key', property: '123' })
const report = site.report({ dimensions: ['pagePath'], metrics: ['screenPageViews'] })
const columns = { date: date(), page: varchar(100), views: bigint() }

mirror(report, {
  name: 'pages',
  columns: { ...columns, page: columns.page.from('pagePath'), views: bigint().from('x') },
  publish: { partition: 'date' },
})

// @ts-expect-error: a report has no name that a table could take
mirror(report, { columns, publish: { partition: 'date' } })

table('pages', {
  from: report,
  columns,
  publish: { partition: 'date' },
  row: (row) => ({
    date: row.date,
    page: row.is_other_row ? 'others' : row.pagePath.toLowerCase(),
    views: Number(row.screenPageViews),
  }),
})

table('pages', {
  from: report,
  columns,
  publish: { partition: 'date' },
  row: (row) => ({
    date: row.date,
    // @ts-expect-error: the report does not ask for pageTitle
    page: row.pageTitle,
    views: 1,
  }),
})
