import { describe, expect, it } from '@jest/globals'
import { crowdedSources } from '../../lib/graph/crowded.ts'
import { mysql } from '../../lib/source/mysql/mysql.ts'
import { bigint } from '../../lib/table/column.ts'
import { definition } from '../../lib/table/definition.ts'
import { mirror } from '../../lib/table/mirror.ts'

const production = mysql('production', { secret: 'usher/production', connections: 4 })
const tables = (count: number, chunks?: { by: 'id'; connections: number }) =>
  Array.from({ length: count }, (_, at) => {
    const columns = { id: bigint().primaryKey() }
    return mirror(production.table(`t${at}`), { columns, ...(chunks && { chunks }) })[definition]
  })

describe('a source is crowded', () => {
  it('where it has more tables than may be read of it at once', () => {
    expect(crowdedSources(tables(4))).toEqual(new Set())
    expect(crowdedSources(tables(300))).toEqual(new Set(['production']))
  })
  it('where the chunks of its tables are more', () => {
    expect(crowdedSources(tables(1, { by: 'id', connections: 4 }))).toEqual(new Set())
    expect(crowdedSources(tables(2, { by: 'id', connections: 3 }))).toEqual(new Set(['production']))
  })
})
