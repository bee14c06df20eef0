lock "public"."sales_by_day";

create temp table "stage_sales_by_day" (
  "sold_on" date not null,
  "sales" integer not null
)
diststyle even;

insert into "stage_sales_by_day" ("sold_on", "sales")
select "sales"."sold_on" as "sold_on", count(*) as "sales" from "public"."sales" where "sales"."currency" = :p1 group by 1;
-- {"p1":"USD"}

delete from "public"."sales_by_day";

insert into "public"."sales_by_day" ("sold_on", "sales")
select "sold_on", "sales" from "stage_sales_by_day";

insert into "usher"."loads" (run, table_name, run_date, row_count, manifest, statement,
  table_rows, accepted, loaded_at)
select cast(:run as varchar(80)), cast(:table as varchar(255)), cast(:date as date), count(*),
  null,
  null, null,
  null, cast(sysdate as timestamptz) at time zone 'UTC'
from "stage_sales_by_day";
-- {"run":"run-1","table":"sales_by_day","date":"2026-11-23"}
