import { beforeEach, expect, it, jest } from '@jest/globals'
import { generator, integer, sql, table, transform } from '#lib'
import { graphOf } from '../../lib/graph/graph.ts'
import { takeDate } from '../../lib/night/lock.ts'
import { attemptPrefix } from '../../lib/night/receipt.ts'
import { sweep } from '../../lib/night/sweep.ts'
import { newAttempt, tableOf } from '../../lib/night/task.ts'
import { memoryBucket } from './memory-bucket.ts'

const declare = (name: string) =>
  table(name, { columns: { id: integer() }, from: generator(() => []), row: (row) => row })
const [events, venues] = [declare('events'), declare('venues')]
const copies = transform('copies', { select: { id: events.id }, from: sql`${events}` })
const graph = graphOf([events, venues, copies])
const date = '2026-11-23'

let bucket: ReturnType<typeof memoryBucket>
beforeEach(() => {
  jest.spyOn(process.stdout, 'write').mockImplementation(() => true)
  bucket = memoryBucket()
})

const take = (run: string) =>
  takeDate(bucket, date, `arn:aws:states:::execution:night:${run}`, async () => false)

/** Writes a file of an attempt, and gives its key. */
async function stage(id: string, run: string, day = date): Promise<string> {
  const key = `${attemptPrefix(tableOf(graph, id), day, newAttempt(run))}/chunk-00001/part-00000`
  await bucket.put(key, {})
  return key
}

it('deletes what this execution and those before it left of complete tables, and nothing else', async () => {
  await take('first')
  await take('second')
  await stage('events', 'first')
  await stage('events', 'second')
  await stage('events', 'second', '2026-11-22')
  const others = [
    await stage('events', 'second-of-all'),
    await stage('events', 'another', '2026-11-22'),
    await stage('venues', 'second'),
  ]
  await sweep(bucket, [tableOf(graph, 'events')], { date, run: 'second' })
  expect(await bucket.list('staging/')).toEqual(others.toSorted())
})

it('deletes nothing once another execution has the run date', async () => {
  await take('first')
  await take('second')
  const kept = [await stage('events', 'first'), await stage('events', 'second')]
  await sweep(bucket, [tableOf(graph, 'events')], { date, run: 'first' })
  expect(await bucket.list('staging/')).toEqual(kept.toSorted())
})
