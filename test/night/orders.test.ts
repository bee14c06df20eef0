import { beforeAll, expect, it, jest } from '@jest/globals'
import { generator, integer, sql, table, transform } from '#lib'
import { downstream, graphOf, tablesOf } from '../../lib/graph/graph.ts'
import { awaitUpstream } from '../../lib/night/await.ts'
import { nightOf } from '../../lib/night/night.ts'
import { readReceipt, writeReceipt } from '../../lib/night/receipt.ts'
import { endNight, noteFailure, reportNight } from '../../lib/night/report.ts'
import { type TaskInput, unlessComplete } from '../../lib/night/task.ts'
import { compile } from '../machine/compile.ts'
import { run } from '../machine/run.ts'
import { memoryBucket } from './memory-bucket.ts'

const mirror = (name: string) =>
  table(name, {
    columns: { id: integer() },
    from: generator(() => [{ id: 1 }]),
    row: (row) => row,
  })
const [a, b, c] = [mirror('a'), mirror('b'), mirror('c')]
// Two that share an upstream, and one of both: no series and parallels say this.
const ab = transform('ab', { select: { id: a.id }, from: sql`${a} cross join ${b}` })
const bc = transform('bc', { select: { id: b.id }, from: sql`${b} cross join ${c}` })
const abc = transform('abc', { select: { id: ab.id }, from: sql`${ab} cross join ${c}` })
const graph = graphOf([a, b, c, ab, bc, abc])
const date = '2026-11-23'

/** Every order in which tables may end that has none before what it needs. */
function* ordersOf(left: ReadonlySet<string>, done: readonly string[] = []): Generator<string[]> {
  if (left.size === 0) yield [...done]
  for (const id of left) {
    if (graph.get(id)?.needs.some((need) => left.has(need))) continue
    yield* ordersOf(new Set([...left].filter((other) => other !== id)), [...done, id])
  }
}

beforeAll(() => {
  jest.spyOn(process.stdout, 'write').mockImplementation(() => true)
})

/** Runs a night in which tables end in a certain order, and some of them fail. */
async function nightIn(order: readonly string[], slowest: string, failing: readonly string[]) {
  const { night } = compile(graph, (id) => (id === slowest ? 9 : 1))
  const bucket = memoryBucket()
  const ended = new Map(order.map((id) => [id, Promise.withResolvers<void>()]))
  const tools = { graph, bucket, stage: 'dev', milliseconds: 60_000 }
  const made: string[] = []
  async function work(state: string, event: TaskInput & { error: { Error: string } }) {
    if (state === 'Prepare')
      return {
        ...nightOf({ input: { date }, run: 'run', startedAt: '2026-11-24' }, graph, 'UTC'),
        redrives: 0,
        selected: [],
        warnings: [],
      }
    if (state === 'Report') return reportNight(tools, event as never)
    if (state === 'Tell of it') return null
    if (state === 'Night incomplete') return endNight(event as never)
    if (state.startsWith('Await ')) return awaitUpstream(tools, event as never)
    if (state.endsWith(' failed')) {
      await noteFailure(tools, event)
      ended.get(event.table)?.resolve()
      return null
    }
    if (state.startsWith('Extract ')) return event
    return unlessComplete(graph, bucket, event, async () => {
      const id = event.table
      // Whoever is to end before it has ended: no state of the machine kept it from starting.
      const before = order.slice(0, order.indexOf(id))
      await Promise.all(before.map((other) => ended.get(other)?.promise))
      if (failing.includes(id)) throw Object.assign(new Error('no'), { name: 'SourceRefused' })
      const definition = graph.get(id)?.table
      if (definition)
        await writeReceipt(bucket, definition, { date, run: 'run', rows: 1, loadSeconds: 1 })
      made.push(id)
      ended.get(id)?.resolve()
      return { table: id, date, run: 'run', outcome: 'loaded', rows: 1 }
    })
  }
  const failure = await run(night, { input: { date }, name: 'run' }, work as never)
  const complete = await Promise.all(
    tablesOf(graph).map(async (own) => ((await readReceipt(bucket, own, date)) ? own.id : '')),
  )
  return { made, failure, complete: complete.filter(Boolean).sort() }
}

const all = [...graph.keys()]
const orders = [...ordersOf(new Set(all))]

it.each(all)(
  'ends alike in every order there is, when %s is thought to be slowest',
  async (slowest) => {
    expect(orders.length).toBeGreaterThan(20)
    const nights = await Promise.all(orders.map((order) => nightIn(order, slowest, [])))
    for (const [at, { made, failure, complete }] of nights.entries()) {
      expect(failure).toBeUndefined()
      expect(made).toEqual(orders[at])
      expect(complete).toEqual(all.toSorted())
    }
  },
)

it.each(['a', 'b', 'c', 'ab'])('loses the same in every order when %s fails', async (failing) => {
  const lost = new Set([failing, ...downstream(graph, failing)])
  const kept = all.filter((id) => !lost.has(id)).sort()
  const nights = await Promise.all(orders.map((order) => nightIn(order, 'b', [failing])))
  const [first] = nights
  for (const { failure, complete } of nights) {
    expect(complete).toEqual(kept)
    expect(failure).toBe(first?.failure)
  }
  expect(first?.failure).toContain(`${failing} failed: no`)
})
