/** What the compiler must refuse of tasks. Each line below an `@ts-expect-error` fails the check. */
import { copy, date, generator, integer, mysql, s3, sql, table, task, transform } from '#lib'

const numbers = table('numbers', {
  columns: { id: integer() },
  from: generator(() => [1, 2, 3]),
  row: (id) => ({ id }),
})

const tidy = task('tidy', {
  description: 'Does what a task can.',
  after: [numbers],
  run: async ({ date, warehouse, log, signal }) => {
    const [row] = await warehouse.query(sql`select ${date} as day from ${numbers}`)
    // @ts-expect-error a value may be NULL, and its column missing
    row?.day.length
    await warehouse.execute(sql`analyze ${numbers}`)
    // @ts-expect-error only sql`` is run
    await warehouse.execute('analyze numbers')
    log('tidied', { early: !signal.aborted })
  },
  resources: { minutes: 5 },
})

copy('after_a_task', {
  columns: { day: date() },
  from: s3('logs', { bucket: 'logs' }).files({
    path: 'logs/{yyyy}/{mm}/{dd}.csv',
    format: { kind: 'csv' },
  }),
  publish: { partition: 'day' },
  after: [tidy, numbers],
})
transform('after_another', { select: { id: numbers.id }, from: sql`${numbers}`, after: [tidy] })
task('last', { after: [tidy], run: async () => {} })

// @ts-expect-error after names tables and tasks themselves, not what they are called
task('by_name', { after: ['numbers'], run: async () => {} })
// @ts-expect-error a source is neither a table nor a task
task('by_source', { after: [mysql('production', { secret: 'x' })], run: async () => {} })
// @ts-expect-error a task must do something
task('idle', { after: [tidy] })
// @ts-expect-error what is not awaited is not done
task('hasty', { run: () => {} })
// @ts-expect-error a task has no rows to spread
task('spread', { dist: 'all', run: async () => {} })
// @ts-expect-error a task is no table that SQL could read
sql`select * from ${tidy}`
// @ts-expect-error nor has it columns
tidy.id
