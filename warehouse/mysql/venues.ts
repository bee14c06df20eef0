import { bigint, double, integer, mirror, varchar } from '#lib'
import { production } from '../sources.ts'

export const venues = mirror(production.table('venues'), {
  columns: {
    id: bigint().primaryKey(),
    name: varchar(800),
    address: varchar(65535).nullable(),
    city: varchar(480),
    state: varchar(160).nullable(),
    country: varchar(2),
    latitude: double(),
    longitude: double(),
    capacity: integer().nullable(),
    time_zone: varchar(64),
  },
  dist: 'id',
})
