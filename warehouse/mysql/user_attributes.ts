import { bigint, mirror, varchar } from '#lib'
import { production } from '../sources.ts'

export const user_attributes = mirror(production.table('user_attributes'), {
  columns: {
    user_id: bigint().primaryKey(),
    name: varchar(256).primaryKey(),
    value: varchar(65535).nullable(),
  },
})
