create table if not exists "public"."sales" (
  "id" bigint encode az64 not null,
  "event" varchar(255),
  "price" decimal(10,2) default 0.00 not null,
  "currency" char(3) encode bytedict default 'USD' not null,
  "sold_on" date not null,
  "sold_at" timestamp not null,
  "updated_at" timestamptz not null,
  "attributes" super,
  "token" varbyte(16),
  primary key ("id")
)
diststyle key distkey ("id")
sortkey ("sold_on", "id");

comment on table "public"."sales" is 'Every ticket that was sold.';

comment on column "public"."sales"."event" is 'The event''s title';
