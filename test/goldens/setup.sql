-- The set-up of the warehouse, for an administrator of the database to run once
-- where no deploy does it.
-- Put a hash in place of each <password>: docs/warehouse-setup.md says how.

create schema if not exists "usher";
create table if not exists "usher"."setup" (
  "version" integer not null,
  "step" varchar(255) not null,
  "digest" varchar(64) not null,
  "made" boolean not null,
  "applied_at" timestamp not null
)
diststyle auto
sortkey auto;
comment on table "usher"."setup" is 'One row for each step of the set-up of the warehouse that has been applied.';
comment on column "usher"."setup"."version" is 'The set-up that the step came with.';
comment on column "usher"."setup"."step" is 'What was set up: role usher_loader, or schema public.';
comment on column "usher"."setup"."digest" is 'Tells what it said then from what it says now.';
comment on column "usher"."setup"."made" is 'False where it was there already, and was left as it was.';
comment on column "usher"."setup"."applied_at" is 'When, in UTC.';

-- role usher_loader (leave it out where it is there)
create role "usher_loader";

-- role usher_transformer (leave it out where it is there)
create role "usher_transformer";

-- role usher_reader (leave it out where it is there)
create role "usher_reader";

-- role usher_looker (leave it out where it is there)
create role "usher_looker";

-- database
grant create, temporary on database "warehouse" to role "usher_loader";
grant temporary on database "warehouse" to role "usher_transformer";

-- role usher_reader to role usher_looker (leave it out where it is there)
grant role "usher_reader" to role "usher_looker";

-- schema looker_scratch
create schema if not exists "looker_scratch";
grant create, usage on schema "looker_scratch" to role "usher_looker";

-- login usher (leave it out where it is there)
create user "usher" password disable nocreatedb nocreateuser;

-- password of usher (leave it out where login usher was there)
alter user "usher" password '<password>';

-- limits of usher (leave it out where login usher was there)
alter user "usher" connection limit 200;
alter user "usher" set query_group to 'usher';

-- role usher_loader to usher (leave it out where it is there)
grant role "usher_loader" to "usher";

-- role usher_transformer to usher (leave it out where it is there)
grant role "usher_transformer" to "usher";

-- login looker (leave it out where it is there)
create user "looker" password disable nocreatedb nocreateuser;

-- password of looker (leave it out where login looker was there)
alter user "looker" password '<password>';

-- limits of looker (leave it out where login looker was there)
alter user "looker" connection limit 20;
alter user "looker" session timeout 3600;
alter user "looker" set statement_timeout to 1800000;
alter user "looker" set query_group to 'looker';
alter user "looker" set search_path to '$user', looker_scratch, public;

-- role usher_looker to looker (leave it out where it is there)
grant role "usher_looker" to "looker";

-- schema usher
create schema if not exists "usher";
grant create, usage on schema "usher" to role "usher_loader", role "usher_transformer";
grant create, usage on schema "usher" to "usher";
create table if not exists "usher"."loads" (
  "run" varchar(80) not null,
  "table_name" varchar(255) not null,
  "run_date" date not null,
  "row_count" bigint not null,
  "manifest" varchar(1024),
  "statement" varchar(16),
  "table_rows" bigint,
  "accepted" varchar(4000),
  "loaded_at" timestamp not null
)
diststyle auto
sortkey ("run_date");
comment on table "usher"."loads" is 'One row for each load of a table, written in the transaction that published it.';
comment on column "usher"."loads"."run" is 'The name of the Step Functions execution.';
comment on column "usher"."loads"."table_name" is 'The table that was loaded: events, or legacy.events.';
comment on column "usher"."loads"."run_date" is 'The day of the rows: the run date, or an earlier one read again.';
comment on column "usher"."loads"."row_count" is 'The rows that were published.';
comment on column "usher"."loads"."manifest" is 'The manifest that COPY read; NULL for a transform.';
comment on column "usher"."loads"."statement" is 'Stands for the SQL and the columns of a transform; NULL for an extract.';
comment on column "usher"."loads"."table_rows" is 'All rows of the table then, where only changes are loaded; else NULL.';
comment on column "usher"."loads"."accepted" is 'What was found wrong, and was published since a person accepted it; else NULL.';
comment on column "usher"."loads"."loaded_at" is 'When the transaction began, in UTC.';
alter table "usher"."loads" owner to "usher";
grant usage on schema "usher" to role "usher_reader";
grant select on "usher"."loads" to role "usher_reader";
grant select on "usher"."setup" to role "usher_loader";

-- schema billing
create schema if not exists "billing";
grant create, usage on schema "billing" to role "usher_loader", role "usher_transformer";
grant create, usage on schema "billing" to "usher";
grant usage on schema "billing" to role "usher_reader";
alter default privileges for user "usher" in schema "billing" grant select on tables to role "usher_transformer";
alter default privileges for user "usher" in schema "billing" grant select on tables to role "usher_reader";

-- schema public
create schema if not exists "public";
grant create, usage on schema "public" to role "usher_loader", role "usher_transformer";
grant create, usage on schema "public" to "usher";
grant usage on schema "public" to role "usher_reader";
alter default privileges for user "usher" in schema "public" grant select on tables to role "usher_transformer";
alter default privileges for user "usher" in schema "public" grant select on tables to role "usher_reader";

-- By this a night knows what it need not see to
insert into "usher"."setup" (version, step, digest, made, applied_at)
select 1, 'role usher_loader', 'f37d4a5ff0ad869102421c8160777dc8', true,
  cast(sysdate as timestamptz) at time zone 'UTC'
union all select 1, 'role usher_transformer', 'c66617f5e5a7f12266ebdcc26415ec08', true,
  cast(sysdate as timestamptz) at time zone 'UTC'
union all select 1, 'role usher_reader', 'b0dc9ad67a7e69bd103245138e8719e9', true,
  cast(sysdate as timestamptz) at time zone 'UTC'
union all select 1, 'role usher_looker', 'a253fd859d918f8d734c6568d9c37473', true,
  cast(sysdate as timestamptz) at time zone 'UTC'
union all select 1, 'database', '046a5ec932c7cd3d5f26599c091136c6', true,
  cast(sysdate as timestamptz) at time zone 'UTC'
union all select 1, 'role usher_reader to role usher_looker', 'fd34b5e1de6f3935b5f8f3368fc362b2', true,
  cast(sysdate as timestamptz) at time zone 'UTC'
union all select 1, 'schema looker_scratch', 'e6a895c5daff99a589031b9f8be4778c', true,
  cast(sysdate as timestamptz) at time zone 'UTC'
union all select 1, 'login usher', '36e3e58de68fb79f107ee7997e75b1fb', true,
  cast(sysdate as timestamptz) at time zone 'UTC'
union all select 1, 'password of usher', '232a2762bf2d25c8139a1bd77bd21894', true,
  cast(sysdate as timestamptz) at time zone 'UTC'
union all select 1, 'limits of usher', 'b66301b5913bf91036e8066db9b8502a', true,
  cast(sysdate as timestamptz) at time zone 'UTC'
union all select 1, 'role usher_loader to usher', '64e51d0365601bc4323bd8399fb2e331', true,
  cast(sysdate as timestamptz) at time zone 'UTC'
union all select 1, 'role usher_transformer to usher', 'e8d3ef3cf7566e903b056c68e0829d0c', true,
  cast(sysdate as timestamptz) at time zone 'UTC'
union all select 1, 'login looker', 'aea514c0e441299364158e8f09fa1e08', true,
  cast(sysdate as timestamptz) at time zone 'UTC'
union all select 1, 'password of looker', 'e262a618318f39fa20f3d64a3d7e306b', true,
  cast(sysdate as timestamptz) at time zone 'UTC'
union all select 1, 'limits of looker', '7b0d0b7b420ae8807f13899043cef3d8', true,
  cast(sysdate as timestamptz) at time zone 'UTC'
union all select 1, 'role usher_looker to looker', '1fdbec45e62868476d04071b282c4f5b', true,
  cast(sysdate as timestamptz) at time zone 'UTC'
union all select 1, 'schema usher', '1d625cff160c1e92fc30764ec42d1f9c', true,
  cast(sysdate as timestamptz) at time zone 'UTC'
union all select 1, 'schema billing', '4a7fa267de4772b926344290eaf25c6b', true,
  cast(sysdate as timestamptz) at time zone 'UTC'
union all select 1, 'schema public', '2c88fdec4d1d8fc5cb957f64bab5b843', true,
  cast(sysdate as timestamptz) at time zone 'UTC';

-- closed to others: only where nobody else needs what is taken from everybody here
-- revoke create on schema "public" from public;
-- revoke assumerole on all from public for all;
-- grant assumerole on 'arn:aws:iam::111122223333:role/copy' to role "usher_loader" for copy, unload;
