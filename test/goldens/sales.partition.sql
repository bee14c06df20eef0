lock "public"."sales";

create temp table "stage_sales" (
  "id" bigint not null,
  "event" varchar(255),
  "price" decimal(10,2) not null,
  "currency" char(3) not null,
  "sold_on" date not null,
  "sold_at" timestamp not null,
  "updated_at" timestamptz not null,
  "attributes" super,
  "token" varchar(32)
)
diststyle key distkey ("id");

copy "stage_sales" ("id", "event", "price", "currency", "sold_on", "sold_at", "updated_at", "attributes", "token")
from 's3://staging/staging/public.sales/date=2026-11-23/run-1-0badcafe/manifest.json'
iam_role 'arn:aws:iam::111111111111:role/copy'
manifest format csv null as 'NULL_0badcafe' zstd
dateformat 'auto' timeformat 'auto' compupdate off statupdate off;

select 1 / case when (select count(*) from "stage_sales") = 3 then 1 else 0 end;

select 1 / case when (select count(*) from "stage_sales" where "sold_on" <> '2026-11-23' or "sold_on" is null) = 0 then 1 else 0 end;

delete from "public"."sales" where "sold_on" = '2026-11-23';

insert into "public"."sales" ("id", "event", "price", "currency", "sold_on", "sold_at", "updated_at", "attributes", "token")
select "id", "event", "price", "currency", "sold_on", "sold_at", "updated_at", "attributes", from_hex("token") from "stage_sales";

insert into "usher"."loads_of_sales" (run, run_date, read_at, read_until)
values (cast(:run as varchar(80)), cast(:date as date), cast(:read_at as timestamp), cast(:read_until as timestamp));
-- {"run":"run-1","date":"2026-11-23","read_at":"2026-11-24 02:00:00.000","read_until":"2026-11-24 02:00:07.500"}

insert into "usher"."loads" (run, table_name, run_date, row_count, manifest, statement,
  table_rows, accepted, loaded_at)
select cast(:run as varchar(80)), cast(:table as varchar(255)), cast(:date as date), count(*),
  cast(:manifest as varchar(1024)),
  null, null,
  null, cast(sysdate as timestamptz) at time zone 'UTC'
from "stage_sales";
-- {"run":"run-1","table":"sales","date":"2026-11-23","manifest":"s3://staging/staging/public.sales/date=2026-11-23/run-1-0badcafe/manifest.json"}
