import { bigint, mirror, real, super_, varchar } from '#lib'
import { production } from '../sources.ts'

export const performers = mirror(production.table('performers'), {
  columns: {
    id: bigint().primaryKey(),
    name: varchar(800),
    short_name: varchar(240).nullable(),
    type: varchar(32),
    genre: varchar(308),
    popularity: real(),
    metadata: super_().nullable(),
  },
  dist: 'id',
})
