-- The set-up of the warehouse, for an administrator of the database to run once.
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

-- password of usher (leave it out where the login usher was there)
alter user "usher" password '<password>';

-- limits of usher (leave it out where the login usher was there)
alter user "usher" connection limit 200;
alter user "usher" set query_group to 'usher';

-- role usher_loader to usher (leave it out where it is there)
grant role "usher_loader" to "usher";

-- role usher_transformer to usher (leave it out where it is there)
grant role "usher_transformer" to "usher";

-- login looker (leave it out where it is there)
create user "looker" password disable nocreatedb nocreateuser;

-- password of looker (leave it out where the login looker was there)
alter user "looker" password '<password>';

-- limits of looker (leave it out where the login looker was there)
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
select 1, 'role usher_loader', 'f37d4a5ff0ad869102421c8160777dc8a87943c4f6a5b080ecd25673e713116d', true, cast(sysdate as timestamptz) at time zone 'UTC'
union all select 1, 'role usher_transformer', 'c66617f5e5a7f12266ebdcc26415ec08ea57b0ce1c53c277d393735eae09db83', true, cast(sysdate as timestamptz) at time zone 'UTC'
union all select 1, 'role usher_reader', 'b0dc9ad67a7e69bd103245138e8719e98aa19c179c800949a958150b9b3d4ab3', true, cast(sysdate as timestamptz) at time zone 'UTC'
union all select 1, 'role usher_looker', 'a253fd859d918f8d734c6568d9c37473777ef42b66d25229a61e4a7adb099136', true, cast(sysdate as timestamptz) at time zone 'UTC'
union all select 1, 'database', '046a5ec932c7cd3d5f26599c091136c69069a83b0316a372b8a92fcfa3fb1256', true, cast(sysdate as timestamptz) at time zone 'UTC'
union all select 1, 'role usher_reader to role usher_looker', 'fd34b5e1de6f3935b5f8f3368fc362b227e272bbe71c288184aae373c09a72a0', true, cast(sysdate as timestamptz) at time zone 'UTC'
union all select 1, 'schema looker_scratch', 'e6a895c5daff99a589031b9f8be4778c7063da879e7a5610dc5c2cc8289e5d4e', true, cast(sysdate as timestamptz) at time zone 'UTC'
union all select 1, 'login usher', '36e3e58de68fb79f107ee7997e75b1fb814373e258d914db637ddee8175d344b', true, cast(sysdate as timestamptz) at time zone 'UTC'
union all select 1, 'password of usher', '232a2762bf2d25c8139a1bd77bd218943f7fb65fc2eb2229f789ab2dc9c91681', true, cast(sysdate as timestamptz) at time zone 'UTC'
union all select 1, 'limits of usher', 'b66301b5913bf91036e8066db9b8502a78fbc43b0ea822f0408cfa8e7794e7c7', true, cast(sysdate as timestamptz) at time zone 'UTC'
union all select 1, 'role usher_loader to usher', '64e51d0365601bc4323bd8399fb2e331861e98b224e99884b99e37921f2ed6d4', true, cast(sysdate as timestamptz) at time zone 'UTC'
union all select 1, 'role usher_transformer to usher', 'e8d3ef3cf7566e903b056c68e0829d0c18cfd48d4d52e342fcf90c7f8f516fa0', true, cast(sysdate as timestamptz) at time zone 'UTC'
union all select 1, 'login looker', 'aea514c0e441299364158e8f09fa1e080e9b9f541a804304020512e6e869ea44', true, cast(sysdate as timestamptz) at time zone 'UTC'
union all select 1, 'password of looker', 'e262a618318f39fa20f3d64a3d7e306b81d9c0f9c9a046b0a06df5e5170ff47f', true, cast(sysdate as timestamptz) at time zone 'UTC'
union all select 1, 'limits of looker', '7b0d0b7b420ae8807f13899043cef3d83df7fb8e1dc4f1df472087a0c4a3321b', true, cast(sysdate as timestamptz) at time zone 'UTC'
union all select 1, 'role usher_looker to looker', '1fdbec45e62868476d04071b282c4f5b4c85e792b12c2e460cc914294e831a45', true, cast(sysdate as timestamptz) at time zone 'UTC'
union all select 1, 'schema usher', 'b629d6f6e7dd4dfdb10e87d1d235de9de80cf2c54654bbc238e89956bf6519cb', true, cast(sysdate as timestamptz) at time zone 'UTC'
union all select 1, 'schema billing', '4a7fa267de4772b926344290eaf25c6b9732c50a1f3bc42be65913127b144c85', true, cast(sysdate as timestamptz) at time zone 'UTC'
union all select 1, 'schema public', '2c88fdec4d1d8fc5cb957f64bab5b84356efa94d9c5168f47d19902c39393342', true, cast(sysdate as timestamptz) at time zone 'UTC';

-- Only where nothing else needs what is taken from everybody here:
-- revoke create on schema "public" from public;
-- revoke assumerole on all from public for all;
-- grant assumerole on 'arn:aws:iam::111122223333:role/copy' to role "usher_loader" for copy;
