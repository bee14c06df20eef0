create temp table "stage_checked_sales" (
  "id" bigint not null,
  "event" varchar(255),
  "price" decimal(10,2) not null,
  "currency" char(3) not null,
  "sold_on" date not null,
  "sold_at" timestamp not null,
  "updated_at" timestamptz not null,
  "attributes" super,
  "token" varbyte(16)
)
diststyle even;

insert into "stage_checked_sales" ("id", "event", "price", "currency", "sold_on", "sold_at", "updated_at", "attributes", "token")
select "id", "event", "price", "currency", "sold_on", "sold_at", "updated_at", "attributes", from_hex("token") from (
  select "id", "event", "price", "currency", "sold_on", "sold_at", "updated_at", "attributes", "token", row_number() over (
    partition by "id" order by "updated_at" desc nulls last
  ) as usher_newest
  from "stage_sales"
) as newest
where usher_newest = 1;

select 1 / case when (select count(*) from (
select staged."id", staged."event", staged."sold_at" from "stage_checked_sales" as staged join (
  select "event", "sold_at" from (
    select staged."event", staged."sold_at" from "stage_checked_sales" as staged
    union all
    select kept."event", kept."sold_at" from "public"."sales" as kept left join "stage_checked_sales" as staged on staged."id" = kept."id" where staged."id" is null
  ) as published
  where "event" is not null and "sold_at" is not null
  group by "event", "sold_at" having count(*) > 1
) as repeated on staged."event" = repeated."event" and staged."sold_at" = repeated."sold_at"
) as broken)
+ (select count(*) from (
select staged."id", staged."currency" from "stage_checked_sales" as staged
where "currency" not in (cast(:check2_1 as char(3)), cast(:check2_2 as char(3)))
) as broken)
+ (select count(*) from (
select staged."id" from "stage_checked_sales" as staged
left join "public"."events" as other on other."id" = staged."id"
where staged."id" is not null and other."id" is null
) as broken)
+ (select count(*) from (
select count(*) as found, '50 to 200' as expected from "stage_checked_sales" as staged
having count(*) < 50 or count(*) > 200
) as broken)
+ (select count(*) from (
select max("updated_at") as newest from (
    select staged."updated_at" from "stage_checked_sales" as staged
    union all
    select kept."updated_at" from "public"."sales" as kept left join "stage_checked_sales" as staged on staged."id" = kept."id" where staged."id" is null
  ) as published
having max("updated_at") is null or max("updated_at") < cast('2026-11-22 12:00:00+00' as timestamptz)
) as broken)
+ (select count(*) from (
select "sales"."id" from "stage_checked_sales" as "sales" where "sales"."price" < 0
) as broken) = 0 then 1 else 0 end;
-- {"check2_1":"USD","check2_2":"EUR"}
