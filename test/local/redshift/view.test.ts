import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startWarehouse } from './warehouse.ts'

describe('views', () => {
  let warehouse: Awaited<ReturnType<typeof startWarehouse>>
  beforeAll(async () => {
    warehouse = await startWarehouse()
    await warehouse.run('create table t (n integer)')
    await warehouse.run('create view public.v as select n from public.t with no schema binding')
  })
  afterAll(() => warehouse.stop())

  it('show what is in their tables now', async () => {
    await warehouse.run('insert into t values (1)')
    expect(await warehouse.rows('select n from v')).toEqual([['1']])
  })

  it('keep what was granted when another is put in their place', async () => {
    await warehouse.run('create role analysts')
    await warehouse.run('grant select on public.v to role analysts')
    await warehouse.run(
      'create or replace view public.v as select n + 1 as n from public.t with no schema binding',
    )
    expect(await warehouse.rows('select n from v')).toEqual([['2']])
    const granted = 'select relation_name from svv_relation_privileges'
    expect(await warehouse.rows(granted)).toEqual([['v']])
  })

  it.each([
    ['create view w as select n from public.t', 'does not know a view without WITH NO SCHEMA'],
    ['create view w as select n from t with no schema binding', 'need a schema: "t"'],
    ['create view v as select 1 as n with no schema binding', 'Relation "v" already exists'],
    ['create or replace view t as select 1 as n with no schema binding', '"t" is not a view'],
    [`comment on view t is 'x'`, '"t" is not a view'],
  ])('refuses %s', async (text, message) => {
    await expect(warehouse.run(text)).rejects.toThrow(message)
  })
})
