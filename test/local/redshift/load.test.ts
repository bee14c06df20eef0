import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals'
import { slow, startWarehouse } from './warehouse.ts'

describe('a load, as Usher sends it', () => {
  let warehouse: Awaited<ReturnType<typeof startWarehouse>>
  beforeAll(async () => {
    warehouse = await startWarehouse()
    await warehouse.run(
      'create schema if not exists "usher"',
      'create table if not exists "public"."events" ("id" bigint not null, "title" varchar(20), primary key ("id")) diststyle key distkey ("id") sortkey auto',
      'create table "usher"."loads" ("run" varchar(80) not null, "row_count" bigint not null, "loaded_at" timestamp)',
    )
  })
  afterAll(() => warehouse.stop())
  beforeEach(async () => {
    await warehouse.run(
      'delete from "public"."events"',
      'delete from "usher"."loads"',
      `insert into "public"."events" values (7, 'old')`,
    )
  })

  const steps = (manifest: string, expected: number, run = 'night') => [
    'lock "public"."events"',
    'create temp table "stage" ("id" bigint not null, "title" varchar(20))',
    warehouse.copy('"stage" ("id", "title")', manifest),
    `select 1 / case when count(*) = ${expected} then 1 else 0 end from "stage"`,
    'delete from "public"."events"',
    'insert into "public"."events" ("id", "title") select "id", "title" from "stage"',
    `insert into "usher"."loads" ("run", "row_count", "loaded_at") select '${run}', count(*), getdate() from "stage"`,
  ]
  const state = async () => [
    await warehouse.rows('select "id", "title" from "public"."events" order by 1'),
    await warehouse.rows('select "run", "row_count" from "usher"."loads" order by 1'),
  ]

  it('is committed wholly', async () => {
    const manifest = await warehouse.extract('1,"a"\n2,"b, c"\n', '3,\\N\n')
    const { Status, SubStatements } = await warehouse.batch(...steps(manifest, 3))
    expect(Status).toBe('FINISHED')
    expect(SubStatements?.map(({ ResultRows }) => ResultRows)).toEqual([0, 0, 3, 1, 1, 3, 1])
    expect(await state()).toEqual([
      [
        ['1', 'a'],
        ['2', 'b, c'],
        ['3', null],
      ],
      [['night', '3']],
    ])
  })

  it('leaves nothing when the count is not the expected one', async () => {
    const manifest = await warehouse.extract('1,"a"\n')
    const answer = await warehouse.batch(...steps(manifest, 2))
    expect(answer.Error).toBe('Query #4 failed with ERROR: Divide by zero')
    expect(answer.SubStatements?.map(({ Status }) => Status)).toEqual([
      'FINISHED',
      'FINISHED',
      'FINISHED',
      'FAILED',
      'ABORTED',
      'ABORTED',
      'ABORTED',
    ])
    expect(await state()).toEqual([[['7', 'old']], []])
  })

  it('leaves nothing when COPY fails, but what COPY wrote down of it', async () => {
    const manifest = await warehouse.extract('1,"a"\n', '2,"b"\nx,"c"\n')
    const { SubStatements } = await warehouse.batch(...steps(manifest, 3))
    expect(SubStatements?.[2]?.Error).toBe(
      "ERROR: Load into table 'stage' failed. Check 'sys_load_error_detail' system table for details.",
    )
    expect(await state()).toEqual([[['7', 'old']], []])
    const [detail] = await warehouse.rows(
      `select trim(file_name), line_number, column_name, column_type, error_code, error_message
       from sys_load_error_detail where query_id = ${SubStatements?.[2]?.RedshiftQueryId}`,
    )
    expect(detail).toEqual([
      expect.stringMatching(/^s3:\/\/staging\/part-\d+\.csv\.zst$/),
      '2',
      'id',
      'int8',
      '1207',
      "Invalid digit, Value 'x', Pos 0, Type: Long",
    ])
  })

  it('leaves nothing when the last statement fails', async () => {
    const manifest = await warehouse.extract('1,"a"\n')
    const { Status } = await warehouse.batch(...steps(manifest, 1, 'x'.repeat(81)))
    expect(Status).toBe('FAILED')
    expect(await state()).toEqual([[['7', 'old']], []])
  })

  it('takes turns with another load of the same table', async () => {
    const nights = Array.from({ length: 5 }, (_, night) => night)
    const ids: string[] = []
    for (const night of nights) {
      const manifest = await warehouse.extract(`${night},"a"\n`)
      ids.push(await warehouse.submit(steps(manifest, 1, `night ${night}`)))
    }
    const answers = await Promise.all(ids.map(warehouse.ended))
    expect(answers.map(({ Error: message, Status }) => message ?? Status)).toEqual(
      nights.map(() => 'FINISHED'),
    )
    const [events, loads] = await state()
    expect(events).toHaveLength(1)
    expect(loads).toHaveLength(5)
  })

  it('keeps temporary tables to the batch that made them', async () => {
    const { Error: message } = await warehouse.batch('select * from "stage"')
    expect(message).toContain('relation "stage" does not exist')
  })

  it('refuses two transactions that changed the same rows', async () => {
    const touch = `update "public"."events" set "title" = 'new'`
    const first = await warehouse.submit([touch, slow()])
    const second = await warehouse.submit([slow(), touch])
    const errors = (await Promise.all([first, second].map(warehouse.ended))).map((a) => a.Error)
    expect(errors.filter(Boolean)).toEqual([
      expect.stringMatching(
        /ERROR: 1023 DETAIL: Serializable isolation violation on table - events/,
      ),
    ])
  })

  it('detects a deadlock', async () => {
    await warehouse.run('create table a1 ("x" integer)', 'create table a2 ("x" integer)')
    const answers = await Promise.all(
      [
        ['lock a1', slow(8), 'lock a2'],
        ['lock a2', slow(8), 'lock a1'],
      ].map((sqls) => warehouse.batch(...sqls)),
    )
    const errors = answers.flatMap(({ Error: message }) => message ?? [])
    expect(errors).toEqual([expect.stringContaining('deadlock detected')])
  })

  it('runs each statement for itself in an AUTO_COMMIT batch', async () => {
    const Id = await warehouse.submit(
      [
        'delete from "public"."events"',
        'select 1 / 0',
        `insert into "public"."events" values (1, 'a')`,
      ],
      'AUTO_COMMIT',
    )
    const { SubStatements } = await warehouse.ended(Id)
    expect(SubStatements?.map(({ Status }) => Status)).toEqual(['FINISHED', 'FAILED', 'FINISHED'])
    expect((await state())[0]).toEqual([['1', 'a']])
  })
})
