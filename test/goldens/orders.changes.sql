lock "public"."orders";

create temp table "stage_orders" (
  "id" bigint not null,
  "token" varchar(32) not null,
  "updated_at" timestamptz not null
)
diststyle key distkey ("id");

copy "stage_orders" ("id", "token", "updated_at")
from 's3://staging/staging/public.sales/date=2026-11-23/run-1-0badcafe/manifest.json'
iam_role 'arn:aws:iam::111111111111:role/copy'
manifest format csv null as 'NULL_0badcafe' zstd
dateformat 'auto' timeformat 'auto' compupdate off statupdate off;

select 1 / case when (select count(*) from "stage_orders") = 3 then 1 else 0 end;

select 1 / case when (select count(*) from (
  select 1 from "stage_orders" group by "id", "token" having count(*) > 1
) as repeated) = 0 then 1 else 0 end;

delete from "public"."orders" using "stage_orders" where "orders"."id" = "stage_orders"."id" and "orders"."token" = from_hex("stage_orders"."token");

insert into "public"."orders" ("id", "token", "updated_at")
select "id", from_hex("token"), "updated_at" from "stage_orders";

create temp table "stage_keys_orders" (
  "id" bigint not null,
  "token" varchar(32) not null
)
diststyle key distkey ("id");

copy "stage_keys_orders" ("id", "token")
from 's3://staging/staging/public.sales/date=2026-11-23/run-1-0badcafe/keys/manifest.json'
iam_role 'arn:aws:iam::111111111111:role/copy'
manifest format csv null as 'NULL_0badcafe' zstd
dateformat 'auto' timeformat 'auto' compupdate off statupdate off;

select 1 / case when (select count(*) from "stage_keys_orders") = 1000 then 1 else 0 end;

select 1 / case when (select count(*) from (
  select 1 from "stage_keys_orders" group by "id", "token" having count(*) > 1
) as repeated) = 0 then 1 else 0 end;

delete from "public"."orders" where not exists (
  select 1 from "stage_keys_orders" where "orders"."id" = "stage_keys_orders"."id" and "orders"."token" = from_hex("stage_keys_orders"."token")
);

select 1 from "stage_keys_orders" left join "public"."orders" on "orders"."id" = "stage_keys_orders"."id" and "orders"."token" = from_hex("stage_keys_orders"."token")
where "orders"."id" is null
limit 10000;

select 1 / case when (select count(*) from "stage_keys_orders" left join "public"."orders" on "orders"."id" = "stage_keys_orders"."id" and "orders"."token" = from_hex("stage_keys_orders"."token")
where "orders"."id" is null) = 0 then 1 else 0 end;

insert into "usher"."loads_of_orders" (run, run_date, read_at, read_until)
values (cast(:run as varchar(80)), cast(:date as date), cast(:read_at as timestamp), cast(:read_until as timestamp));
-- {"run":"run-1","date":"2026-11-23","read_at":"2026-11-24 02:00:00.000","read_until":"2026-11-24 02:00:07.500"}

insert into "usher"."loads" (run, table_name, run_date, row_count, manifest, statement,
  table_rows, accepted, loaded_at)
select cast(:run as varchar(80)), cast(:table as varchar(255)), cast(:date as date), count(*),
  cast(:manifest as varchar(1024)),
  null, (select count(*) from "public"."orders"),
  null, cast(sysdate as timestamptz) at time zone 'UTC'
from "stage_orders";
-- {"run":"run-1","table":"orders","date":"2026-11-23","manifest":"s3://staging/staging/public.sales/date=2026-11-23/run-1-0badcafe/manifest.json"}
