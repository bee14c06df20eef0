import { bigint, boolean, date, mirror, timestamp, timestamptz, varchar } from '#lib'
import { production } from '../sources.ts'

export const users = mirror(production.table('users'), {
  columns: {
    id: bigint().primaryKey(),
    email: varchar(1020),
    first_name: varchar(320),
    last_name: varchar(320),
    birthday: date().nullable(),
    city: varchar(480).nullable(),
    country: varchar(2),
    marketing_opt_in: boolean(),
    created_at: timestamp(),
    updated_at: timestamptz(),
  },
  dist: 'id',
})
