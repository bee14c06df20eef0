import { SYSTEM } from '../sql/macros.ts'

/** The name under which the file is attached. */
export const FILE = 'redshift_file'

/** The schema in the file that keeps what DuckDB does not: declared types, keys, encodings. */
export const CATALOG = `${FILE}.redshift_catalog`

export const CATALOG_TABLES: readonly string[] = [
  `create table if not exists ${CATALOG}.tables (
    table_schema varchar, table_name varchar, declaration json, remarks varchar)`,
  `create table if not exists ${CATALOG}.columns (
    table_schema varchar, table_name varchar, column_name varchar, ordinal_position integer,
    declaration json, remarks varchar)`,
  `create table if not exists ${CATALOG}.roles (role_name varchar)`,
  `create table if not exists ${CATALOG}.users (user_name varchar, settings json)`,
  `create table if not exists ${CATALOG}.role_grants (
    grantee varchar, grantee_type varchar, role_name varchar)`,
  `create table if not exists ${CATALOG}.grants (
    role_name varchar, privilege varchar, table_schema varchar, table_name varchar)`,
  // A warehouse that is older than users was filled by the one that there is now.
  `alter table ${CATALOG}.tables add column if not exists owner varchar default 'usher'`,
  `alter table ${CATALOG}.grants add column if not exists grantee_type varchar default 'role'`,
  `alter table ${CATALOG}.grants add column if not exists owner varchar default 'usher'`,
]

/** What Redshift writes down of each COPY; it survives the roll-back of the COPY's transaction. */
export const SYSTEM_TABLES: readonly string[] = [
  `create table ${SYSTEM}.sys_load_error_detail (
    user_id integer, query_id bigint, transaction_id bigint, session_id integer,
    database_name varchar, table_id integer, start_time timestamp, file_name varchar,
    line_number bigint, column_name varchar, column_type varchar, column_length varchar,
    position integer, error_code integer, error_message varchar)`,
  `create table ${SYSTEM}.sys_load_history (
    user_id integer, query_id bigint, transaction_id bigint, session_id integer,
    database_name varchar, status varchar, table_name varchar, start_time timestamp,
    end_time timestamp, duration bigint, data_source varchar, file_format varchar,
    loaded_rows bigint, loaded_bytes bigint, source_file_count integer, source_file_bytes bigint,
    error_count bigint)`,
]

export const SYSTEM_VIEWS: readonly string[] = [
  `create view ${SYSTEM}.svv_columns as select 'warehouse' as table_catalog, table_schema, table_name,
    column_name, ordinal_position, declaration->>'default' as column_default,
    case when (declaration->>'nullable') = 'true' then 'YES' else 'NO' end as is_nullable,
    declaration->>'$.type.name' as data_type,
    cast(declaration->>'$.type.length' as integer) as character_maximum_length,
    coalesce(cast(declaration->>'$.type.precision' as integer), case declaration->>'$.type.name'
      when 'smallint' then 16 when 'integer' then 32 when 'bigint' then 64 end) as numeric_precision,
    coalesce(cast(declaration->>'$.type.scale' as integer), case
      when (declaration->>'$.type.name') in ('smallint', 'integer', 'bigint') then 0 end
    ) as numeric_scale, remarks
  from ${CATALOG}.columns`,
  `create view ${SYSTEM}.svv_tables as select 'warehouse' as table_catalog, table_schema, table_name,
    case when (declaration->>'view') = 'true' then 'VIEW' else 'BASE TABLE' end as table_type,
    remarks from ${CATALOG}.tables`,
  // Of the catalog of PostgreSQL no more than tells the primary keys.
  `create view ${SYSTEM}.pg_namespace as select distinct table_schema as oid, table_schema as nspname
  from ${CATALOG}.tables`,
  `create view ${SYSTEM}.pg_class as select table_schema || '.' || table_name as oid,
    table_schema as relnamespace, table_name as relname from ${CATALOG}.tables`,
  `create view ${SYSTEM}.pg_attribute as select table_schema || '.' || table_name as attrelid,
    ordinal_position as attnum, column_name as attname from ${CATALOG}.columns`,
  `create view ${SYSTEM}.pg_constraint as select table_schema || '.' || table_name as conrelid,
    table_name || '_pkey' as conname, 'p' as contype,
    (select list(ordinal_position) from ${CATALOG}.columns as c where c.table_schema = t.table_schema
      and c.table_name = t.table_name
      and list_contains(cast(t.declaration->'primaryKey' as varchar[]), c.column_name)) as conkey
  from ${CATALOG}.tables as t where json_array_length(declaration->'primaryKey') > 0`,
  `create view ${SYSTEM}.svv_roles as select role_name from ${CATALOG}.roles`,
  `create view ${SYSTEM}.svv_schema_privileges as select table_schema as namespace_name,
    privilege as privilege_type, role_name as identity_name, grantee_type as identity_type
  from ${CATALOG}.grants where table_schema <> '' and table_name = ''
    and privilege in ('USAGE', 'CREATE')`,
  `create view ${SYSTEM}.svv_relation_privileges as select table_schema as namespace_name,
    table_name as relation_name, privilege as privilege_type, role_name as identity_name,
    grantee_type as identity_type
  from ${CATALOG}.grants where table_name <> ''`,
  `create view ${SYSTEM}.svv_default_privileges as select table_schema as schema_name,
    owner as owner_name, substr(privilege, 9) as privilege_type, role_name as grantee_name,
    grantee_type
  from ${CATALOG}.grants where privilege like 'DEFAULT %'`,
  `create view ${SYSTEM}.svv_user_info as select user_name,
    (settings->>'superuser') = 'true' as superuser,
    settings->>'connection limit' as connection_limit,
    settings->>'session timeout' as session_timeout
  from ${CATALOG}.users`,
  `create view ${SYSTEM}.svv_user_grants as select grantee as user_name, role_name
  from ${CATALOG}.role_grants where grantee_type = 'user'`,
  `create view ${SYSTEM}.svv_role_grants as select grantee as role_name, role_name as granted_role_name
  from ${CATALOG}.role_grants where grantee_type = 'role'`,
]
