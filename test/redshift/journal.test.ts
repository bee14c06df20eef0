import { expect, it } from '@jest/globals'
import { integer, sql, transform } from '#lib'
import { journalOf } from '../../lib/redshift/journal.ts'
import { definition } from '../../lib/table/definition.ts'

const named = (name: string, schema?: string) =>
  transform(name, { schema, columns: { id: integer() }, query: sql`select 1` })[definition]

it('names the journal of a table after it, and no two tables have one', () => {
  expect(journalOf(named('events')).name).toBe('loads_of_events')
  expect(journalOf(named('events', 'legacy')).name).toBe('loads_of_legacy.events')
  const [one, other] = ['a', 'b'].map((end) => journalOf(named('x'.repeat(126) + end)).name)
  expect(one).toHaveLength(127)
  expect(one).not.toBe(other)
})
