import { sql, task } from '#lib'
import { clicks } from '../actions/clicks.ts'
import { event_demand } from '../actions/event_demand.ts'
import { listings } from '../mysql/listings.ts'
import { orders } from '../mysql/orders.ts'

const largest = [clicks, event_demand, listings, orders]

export const analyze = task('analyze', {
  description: 'Tells the planner of Redshift what the largest tables hold now.',
  after: largest,
  run: async ({ warehouse }) => {
    for (const table of largest) await warehouse.execute(sql`analyze ${table}`)
    // Every night replaces all of its rows, and leaves the old ones to be cleared away.
    await warehouse.execute(sql`vacuum delete only ${listings}`)
  },
})
