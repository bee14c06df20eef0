import { createHash } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { generator, integer, table } from '#lib'
import { loads } from '../../lib/redshift/audit.ts'
import type { Warehouse } from '../../lib/redshift/client.ts'
import { prepareTable } from '../../lib/redshift/schema.ts'
import { applySetup } from '../../lib/redshift/setup/apply.ts'
import { passwordHash } from '../../lib/redshift/setup/password.ts'
import { printSetup } from '../../lib/redshift/setup/print.ts'
import { closingStep } from '../../lib/redshift/setup/schemas.ts'
import type { Step } from '../../lib/redshift/setup/step.ts'
import { setupSteps } from '../../lib/redshift/setup/steps.ts'
import { definition } from '../../lib/table/definition.ts'
import { expectGolden } from '../golden.ts'
import { startUsers } from './users.ts'

const events = table('events', {
  columns: { id: integer() },
  from: generator(() => [{ id: 1 }]),
  row: (one: { id: number }) => one,
})[definition]
const subject = {
  database: 'warehouse',
  schemas: ['public', 'billing', 'usher', 'public'],
  readers: 'usher_reader',
}
const closing = closingStep('arn:aws:iam::111122223333:role/copy')
const steps = [...setupSteps(subject), closing]
const passwords = {
  usher: { password: 'Password1', version: 'one' },
  looker: { password: 'Password2', version: 'one' },
}

const run = (warehouse: Warehouse, ...texts: string[]) =>
  warehouse.transaction(
    `run ${Math.random()}`,
    texts.map((text) => ({ text, parameters: {} })),
  )
const rows = async (warehouse: Warehouse, text: string) =>
  (await warehouse.query({ text, parameters: {} })).map((row) => Object.values(row).join(' '))

it('prints as SQL for an administrator', () => {
  expectGolden('setup.sql', printSetup(setupSteps(subject), [closing]))
})

it('tells no password, but what Redshift takes to try one', () => {
  // The example of Redshift's own documentation.
  const salt = 'c721bff5d9042cf541ff7b9d48fa8a6e545c19a763e3710151f9513038b0f6c6'
  const digest = '821708135fcc42eb3afda85286dee0ed15c2c461d000291609f77eb113073ec2'
  expect(passwordHash('Mypassword1', Buffer.from(salt, 'hex'))).toBe(`sha256|${digest}|${salt}`)
  const [, own, itsSalt = ''] = passwordHash('Mypassword1').split('|')
  const hash = createHash('sha256').update('Mypassword1').update(Buffer.from(itsSalt, 'hex'))
  expect(own).toBe(hash.digest('hex'))
})

describe('a new warehouse that is set up', () => {
  let all: Awaited<ReturnType<typeof startUsers>>
  beforeAll(async () => {
    all = await startUsers()
    const { applied, left } = await applySetup(all.administrator, steps, passwords)
    expect(applied).toEqual(steps.map(({ name }) => name))
    expect(left).toEqual([])
  })
  afterAll(() => all.stop())

  it('is not set up again', async () => {
    expect(await applySetup(all.administrator, steps, passwords)).toEqual({ applied: [], left: [] })
  })

  it('has logins that are no superusers, with limits', async () => {
    const text = `select user_name, superuser, connection_limit, session_timeout
      from svv_user_info order by user_name`
    expect(await rows(all.administrator, text)).toEqual([
      'looker false 20 3600',
      'usher false 200 ',
    ])
  })

  it('lets the login of the functions make schemas and tables, fill them and look after them', async () => {
    const { usher } = all
    await prepareTable(usher, events)
    await prepareTable(usher, loads)
    await run(
      usher,
      'lock "public"."events"',
      'create temp table stage_events (id integer)',
      'insert into stage_events select 1',
      'delete from "public"."events"',
      'insert into "public"."events" (id) select id from stage_events',
      `insert into "usher"."loads" (run, table_name, run_date, row_count, loaded_at)
       select 'a', 'events', cast('2026-11-23' as date), count(*), sysdate from stage_events`,
    )
    await run(usher, 'alter table "public"."events" add column title varchar(9)')
    await run(usher, 'analyze "public"."events"')
    await usher.rowsOf(await usher.begin('vacuum', { text: 'vacuum events', parameters: {} }))
    await run(usher, 'create schema if not exists later', 'create table later.new (id integer)')
    expect(await rows(usher, 'select count(*) from usher.setup')).toEqual([String(steps.length)])
  })

  it.each([
    ['create user other password disable', 'must be superuser to create a user'],
    ['alter user looker connection limit 9', 'must be superuser to alter a user'],
    ['grant role usher_looker to usher', 'must be superuser to grant a role'],
    ['delete from usher.setup', 'permission denied for relation setup'],
    [
      'create table looker_scratch.mine (id integer)',
      'permission denied for schema looker_scratch',
    ],
  ])('refuses it %s', async (statement, problem) => {
    await expect(run(all.usher, statement)).rejects.toThrow(problem)
  })

  it('lets Looker read what is published and write in its scratch schema', async () => {
    const { looker } = all
    expect(await rows(looker, 'select count(*) from "public"."events"')).toEqual(['1'])
    expect(await rows(looker, 'select table_name from usher.loads')).toEqual(['events'])
    await run(
      looker,
      'create table looker_scratch.derived (id integer)',
      'insert into looker_scratch.derived select id from public.events',
      'drop table looker_scratch.derived',
    )
  })

  it.each([
    ['delete from "public"."events"', 'permission denied for relation events'],
    ['insert into public.events (id) select 2', 'permission denied for relation events'],
    ['lock public.events', 'permission denied for relation events'],
    ['alter table public.events add column x integer', 'must be owner of relation events'],
    ['drop table public.events', 'must be owner of relation events'],
    ['analyze public.events', 'must be owner of relation events'],
    ['select * from usher.setup', 'permission denied for relation setup'],
    ['create table public.mine (id integer)', 'permission denied for schema public'],
    ['create schema mine', 'permission denied for database'],
    ['create role mine', 'must be superuser to create a role'],
    ['insert into looker_scratch.x select * from usher.setup', 'permission denied'],
  ])('refuses Looker %s', async (statement, problem) => {
    await run(all.administrator, 'create table if not exists looker_scratch.x (id integer)')
    await expect(run(all.looker, statement)).rejects.toThrow(problem)
  })

  it('is told a password that has changed, and of a schema that is new, alone', async () => {
    const changed = { ...passwords, looker: { password: 'Password3', version: 'two' } }
    const more = setupSteps({ ...subject, schemas: [...subject.schemas, 'partners'] })
    expect((await applySetup(all.administrator, more, changed)).applied).toEqual([
      'password of looker',
      'schema partners',
    ])
    expect((await applySetup(all.administrator, more, changed)).applied).toEqual([])
    expect((await applySetup(all.administrator, steps, passwords)).applied).toEqual([
      'password of looker',
    ])
  })
})

describe('a warehouse that others use', () => {
  let all: Awaited<ReturnType<typeof startUsers>>
  beforeAll(async () => {
    all = await startUsers()
    await run(
      all.administrator,
      'create user looker password disable',
      'alter user looker connection limit 5',
      'create role usher_reader',
    )
  })
  afterAll(() => all.stop())

  it('keeps a user that is there as it is, and says so', async () => {
    const { left } = await applySetup(all.administrator, setupSteps(subject), passwords)
    expect(left).toEqual(['role usher_reader', 'login looker'])
    const text = `select connection_limit from svv_user_info where user_name = 'looker'`
    expect(await rows(all.administrator, text)).toEqual(['5'])
    expect(await applySetup(all.administrator, setupSteps(subject), passwords)).toEqual({
      ...{ applied: [], left: [] },
    })
  })
})

describe('a set-up that fails', () => {
  let all: Awaited<ReturnType<typeof startUsers>>
  beforeAll(async () => {
    all = await startUsers()
  })
  afterAll(() => all.stop())

  it('says at which statement, keeps what came before it, and goes on there', async () => {
    const [first, ...others] = steps as [Step, ...Step[]]
    const wrong = {
      ...{ version: 1, name: 'wrong' },
      statements: ['create schema half', 'grant usage on schema half to role nobody'],
    }
    await expect(
      applySetup(all.administrator, [first, wrong, ...others], passwords),
    ).rejects.toMatchObject({
      name: 'WarehouseRefused',
      message:
        'the set-up of the warehouse stopped at \'wrong\': ERROR: role "nobody" does not exist: ' +
        'grant usage on schema half to role nobody. What came before it stays: see to it as an ' +
        'administrator, and deploy again.',
    })
    await run(all.administrator, 'create schema half')
    const { applied } = await applySetup(all.administrator, steps, passwords)
    expect(applied).toEqual(others.map(({ name }) => name))
  })

  it('shows no password, nor what stands for one', async () => {
    const step = {
      ...{ version: 1, name: 'password of nobody', passwordOf: 'usher' as const },
      statements: [`alter user nobody password '<password>'`],
    }
    const failing = applySetup(all.administrator, [step], passwords)
    await expect(failing).rejects.toThrow(`alter user nobody password '<password>'`)
    await expect(failing).rejects.not.toThrow(/sha256|Password1/)
  })
})
