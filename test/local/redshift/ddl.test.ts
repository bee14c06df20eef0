import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { startWarehouse } from './warehouse.ts'

describe('DDL', () => {
  let warehouse: Awaited<ReturnType<typeof startWarehouse>>
  beforeAll(async () => {
    warehouse = await startWarehouse()
    await warehouse.run('create schema if not exists "usher"')
  })
  afterAll(() => warehouse.stop())

  const columns = (table: string) =>
    warehouse.rows(
      `select column_name, data_type, character_maximum_length, numeric_precision, numeric_scale,
         is_nullable, column_default
       from svv_columns where table_name = '${table}' order by ordinal_position`,
    )

  it('shows every type under the name that SVV_COLUMNS gives it', async () => {
    await warehouse.run(
      `create table types ("a" INT2 ENCODE az64, "b" int, "c" int8 not null encode raw, "d" decimal(10,2),
        "e" float4, "f" double precision, "g" bool default true, "h" char(3), "i" character varying(7),
        "j" text, "k" date, "l" time, "m" timestamp without time zone, "n" timestamp with time zone,
        "o" super, "p" varbyte(16), "q" varchar, "r" varchar(max) default 'it''s' encode zstd,
        primary key ("b")) backup no compound sortkey ("k", "b") diststyle key distkey ("b")`,
    )
    expect(await columns('types')).toEqual([
      ['a', 'smallint', null, '16', '0', 'YES', null],
      ['b', 'integer', null, '32', '0', 'NO', null],
      ['c', 'bigint', null, '64', '0', 'NO', null],
      ['d', 'numeric', null, '10', '2', 'YES', null],
      ['e', 'real', null, null, null, 'YES', null],
      ['f', 'double precision', null, null, null, 'YES', null],
      ['g', 'boolean', null, null, null, 'YES', 'true'],
      ['h', 'character', '3', null, null, 'YES', null],
      ['i', 'character varying', '7', null, null, 'YES', null],
      ['j', 'character varying', '256', null, null, 'YES', null],
      ['k', 'date', null, null, null, 'YES', null],
      ['l', 'time without time zone', null, null, null, 'YES', null],
      ['m', 'timestamp without time zone', null, null, null, 'YES', null],
      ['n', 'timestamp with time zone', null, null, null, 'YES', null],
      ['o', 'super', null, null, null, 'YES', null],
      ['p', 'binary varying', '16', null, null, 'YES', null],
      ['q', 'character varying', '256', null, null, 'YES', null],
      ['r', 'character varying', '65535', null, null, 'YES', "'it''s'"],
    ])
  })

  it.each([
    ['"a" blob', 'type "blob" does not exist'],
    ['"a" varchar(65536)', 'cannot exceed 65535'],
    ['"a" char(4097)', 'cannot exceed 4096'],
    ['"a" decimal(39,2)', 'precision 39 must be between 1 and 38'],
    ['"a" integer encode best', 'unknown encoding type "best"'],
    ['"a" varchar(5) encode az64', 'encoding type "az64" is not supported for character varying'],
    ['"a" integer, "a" integer', 'column "a" duplicated'],
    ['"a" integer nonsense', 'syntax error at or near "nonsense"'],
    ['"a" integer identity(1,1)', 'does not know IDENTITY'],
    ['"a" integer, primary key ("b")', 'column "b" named in key does not exist'],
  ])('refuses a table of %s', async (body, message) => {
    await expect(warehouse.run(`create table refused (${body})`)).rejects.toThrow(message)
  })

  it.each([
    ['distkey ("b")', 'column "b" named in key does not exist'],
    ['sortkey ("b")', 'column "b" named in key does not exist'],
    ['diststyle all distkey ("a")', 'cannot specify a distkey with DISTSTYLE ALL'],
    ['diststyle key', 'must specify a distkey'],
    ['diststyle some', 'unknown diststyle "some"'],
    ['distkey ("s")', 'of type super cannot be used as a distkey'],
    ['sortkey ("v")', 'of type binary varying cannot be used as a sortkey'],
    ['engine innodb', 'syntax error at or near "engine"'],
  ])('refuses a table that is %s', async (attributes, message) => {
    const body = '"a" integer, "s" super, "v" varbyte(4)'
    await expect(warehouse.run(`create table refused (${body}) ${attributes}`)).rejects.toThrow(
      message,
    )
  })

  it('makes a table once', async () => {
    await warehouse.run('create table once ("a" integer)')
    await warehouse.run('create table if not exists once ("b" integer)')
    await expect(warehouse.run('create table once ("a" integer)')).rejects.toThrow('already exists')
    await expect(warehouse.run('create table nowhere.x ("a" integer)')).rejects.toThrow(
      'schema "nowhere" does not exist',
    )
    await expect(warehouse.run('create temp table public.x ("a" integer)')).rejects.toThrow(
      'temporary tables cannot specify a schema name',
    )
  })

  it('prefers a temporary table to one in public, and makes it like another', async () => {
    await warehouse.run(
      'create table same ("a" varchar(3) not null)',
      `insert into same values ('x')`,
    )
    const { SubStatements } = await warehouse.batch(
      'create temp table same (like public.same including defaults)',
      'select * from same',
      `insert into same values ('long')`,
    )
    expect(SubStatements?.[1]?.ResultRows).toBe(0)
    expect(SubStatements?.[2]?.Error).toBe('ERROR: value too long for type character varying(3)')
  })

  it('enforces no primary key, but takes no NULL in it', async () => {
    await warehouse.run('create table keyed ("a" integer, primary key ("a"))')
    await warehouse.run('insert into keyed values (1), (1)')
    await expect(warehouse.run('insert into keyed values (null)')).rejects.toThrow(
      'ERROR: Cannot insert a NULL value into column a',
    )
  })

  it('adds, drops and renames columns, and holds the new ones to their type', async () => {
    await warehouse.run(
      'create table usher.grows ("a" integer)',
      'insert into usher.grows values (1)',
      `alter table "usher"."grows" add column "b" varchar(3) encode zstd default 'é' not null`,
      'alter table "usher"."grows" add column "c" integer',
    )
    expect(await warehouse.rows('select * from usher.grows')).toEqual([['1', 'é', null]])
    await expect(warehouse.run(`insert into usher.grows values (2, 'éé', 1)`)).rejects.toThrow(
      'value too long for type character varying(3)',
    )
    await expect(warehouse.run('insert into usher.grows values (2, null, 1)')).rejects.toThrow(
      'NULL',
    )
    await expect(
      warehouse.run('alter table usher.grows add column "d" integer not null'),
    ).rejects.toThrow('must have a non-null default')
    await expect(warehouse.run('alter table usher.grows add column "c" date')).rejects.toThrow(
      'exists',
    )
    await warehouse.run(
      'alter table usher.grows drop column "c"',
      'alter table usher.grows rename column "b" to "bb"',
      'alter table usher.grows rename to grown',
    )
    expect((await columns('grown')).map(([name]) => name)).toEqual(['a', 'bb'])
    await expect(warehouse.rows('select * from usher.grows')).rejects.toThrow('does not exist')
  })

  it('drops and adds primary keys, and tells which columns are in them', async () => {
    const key = () =>
      warehouse.rows(`select con.conname, att.attname from pg_constraint as con
        join pg_class as rel on rel.oid = con.conrelid
        join pg_namespace as nsp on nsp.oid = rel.relnamespace
        join pg_attribute as att on att.attrelid = con.conrelid and att.attnum = any(con.conkey)
        where con.contype = 'p' and nsp.nspname = 'usher' and rel.relname = 'known' order by att.attnum`)
    await warehouse.run(
      'create table known ("a" integer primary key)',
      'create table usher.known ("a" integer, "b" integer not null, "c" date, primary key ("a", "b"))',
      'alter table usher.known rename column "a" to "aa"',
    )
    expect(await key()).toEqual([
      ['known_pkey', 'aa'],
      ['known_pkey', 'b'],
    ])
    const alter = (rest: string) => warehouse.run(`alter table usher.known ${rest}`)
    await expect(alter('add primary key ("b")')).rejects.toThrow('multiple primary keys')
    await expect(alter('drop constraint "other"')).rejects.toThrow('does not exist')
    await alter('drop constraint "known_pkey"')
    expect(await key()).toEqual([])
    await expect(alter('add primary key ("c")')).rejects.toThrow('column "c" is nullable')
    await alter('add primary key ("b")')
    expect(await key()).toEqual([['known_pkey', 'b']])
    await alter('drop column "b"')
    expect(await key()).toEqual([])
  })

  it('widens a VARCHAR, outside a transaction', async () => {
    await warehouse.run('create table wide ("a" varchar(2))')
    const widen = 'alter table public.wide alter column "a" type varchar(4)'
    expect((await warehouse.batch(widen)).Error).toContain('cannot run inside a transaction block')
    await warehouse.run(widen, `insert into wide values ('four')`)
    await expect(warehouse.run(widen.replace('4', '3'))).rejects.toThrow('cannot decrease')
    expect((await columns('wide'))[0]?.[2]).toBe('4')
  })

  it('rolls DDL back with its transaction', async () => {
    await warehouse.batch('create table gone ("a" integer)', 'select 1 / 0')
    expect(await columns('gone')).toEqual([])
    await expect(warehouse.rows('select * from gone')).rejects.toThrow('"gone" does not exist')
  })

  it('keeps comments', async () => {
    await warehouse.run(
      'create table said ("a" integer)',
      `comment on table "public"."said" is 'it''s here'`,
      `comment on column "public"."said"."a" is 'a number'`,
    )
    expect(
      await warehouse.rows(`select remarks from svv_tables where table_name = 'said'`),
    ).toEqual([[`it's here`]])
    expect(
      await warehouse.rows(`select remarks from svv_columns where table_name = 'said'`),
    ).toEqual([['a number']])
  })

  it('keeps what is granted to a role, of tables that are made later too', async () => {
    await warehouse.run(
      'create schema read',
      'create role "reader"',
      'create table read.old (a int)',
      'grant usage on schema read, usher to role reader',
      'grant select on table read.old to role reader',
      'grant select on read.old to role reader',
      'alter default privileges in schema read grant select on tables to role reader',
      'create table read.new (a int)',
      'create table usher.other (a int)',
    )
    const granted = 'identity_name, identity_type, privilege_type, namespace_name'
    expect(
      await warehouse.rows(
        `select ${granted}, relation_name from svv_relation_privileges order by relation_name`,
      ),
    ).toEqual([
      ['reader', 'role', 'SELECT', 'read', 'new'],
      ['reader', 'role', 'SELECT', 'read', 'old'],
    ])
    expect(
      await warehouse.rows(`select ${granted} from svv_schema_privileges order by namespace_name`),
    ).toEqual([
      ['reader', 'role', 'USAGE', 'read'],
      ['reader', 'role', 'USAGE', 'usher'],
    ])
    expect(await warehouse.rows('select role_name from svv_roles')).toEqual([['reader']])
    await expect(warehouse.run('create role reader')).rejects.toThrow(
      'role "reader" already exists',
    )
  })

  it.each([
    ['grant select on table nowhere to role reader', 'relation "nowhere" does not exist'],
    ['grant select on table read.old to role nobody', 'role "nobody" does not exist'],
    ['grant usage on schema nowhere to role reader', 'schema "nowhere" does not exist'],
    ['grant select on all tables in schema read to role reader', 'not know GRANT ON ALL TABLES'],
    ['grant references on read.old to role reader', 'does not know GRANT REFERENCES'],
    ['grant select on read.old to reader', 'user "reader" does not exist'],
    ['create user reader password disable', '"reader" is the name of a role'],
    ["create user someone password 'plain'", 'does not know a PASSWORD other than sha256'],
    ['create user someone', 'needs a PASSWORD'],
    ['alter user nobody connection limit 3', 'user "nobody" does not exist'],
    ['revoke select on read.old from role reader', 'does not know REVOKE of anything else'],
  ])('refuses %s', async (statement, message) => {
    await expect(warehouse.run(statement)).rejects.toThrow(message)
  })

  it.each([
    ['truncate once', 'TRUNCATE commits the transaction it runs in'],
    ['vacuum', 'VACUUM cannot run inside a transaction block'],
    ['alter table once append from same', 'APPEND cannot run inside a transaction block'],
    ['lock nowhere', 'relation "nowhere" does not exist'],
    ['create view v as select 1', 'does not know a view without WITH NO SCHEMA BINDING'],
    ['', 'Sql must not be empty'],
    ['select 1; select 2', 'cannot insert multiple commands'],
  ])('refuses in a transaction: %s', async (sql, message) => {
    const answer = warehouse.batch(sql).then(
      ({ Error: text }) => text,
      (error) => error.message,
    )
    expect(await answer).toContain(message)
  })

  it('drops a table, and truncates one outside a transaction', async () => {
    await warehouse.run('create table short ("a" integer)', 'insert into short values (1)')
    await warehouse.run('truncate table short')
    expect(await warehouse.rows('select count(*) from short')).toEqual([['0']])
    await warehouse.run('drop table short', 'drop table if exists short')
    await expect(warehouse.run('drop table short')).rejects.toThrow('does not exist')
    await expect(warehouse.run('lock table once')).rejects.toThrow('only be used in transaction')
  })
})
