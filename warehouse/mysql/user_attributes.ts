import { bigint, mirror, references, varchar } from '#lib'
import { production } from '../sources.ts'
import { users } from './users.ts'

export const user_attributes = mirror(production.table('user_attributes'), {
  columns: {
    user_id: bigint().primaryKey(),
    name: varchar(256).primaryKey(),
    value: varchar(65535).nullable(),
  },
  joins: (rows) => [references(rows.user_id, users.id)],
})
