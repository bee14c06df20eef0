import { expect, it } from '@jest/globals'
import { measure } from '../../bin/deployed/measure.ts'
import type { Stage } from '../../lib/stacks/stage.ts'
import { machineArn, serve, task, thrown } from '../local/step-functions/machines.ts'

const about = { 'date.$': '$.date', 'n.$': '$.n' }

it('takes the middle of the last seven nights that loaded a table, chunks and all', async () => {
  const chunked = {
    StartAt: 'Plan orders',
    States: {
      'Plan orders': task('plan', {
        Parameters: { table: 'orders', ...about },
        ResultPath: '$.task',
        Next: 'Extract orders in chunks',
      }),
      'Extract orders in chunks': {
        Type: 'Map',
        ItemsPath: '$.task.chunks',
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'Extract a chunk of orders',
          States: { 'Extract a chunk of orders': task('chunk') },
        },
        ResultPath: null,
        Next: 'Seal orders',
      },
      'Seal orders': task('seal', {
        InputPath: '$.task',
        ResultPath: '$.task',
        Next: 'Load orders',
      }),
      'Load orders': task('load', { InputPath: '$.task', End: true }),
    },
  }
  const plain = (table: string) => {
    const failed = `${table} failed`
    const Catch = [{ ErrorEquals: ['States.ALL'], ResultPath: '$.error', Next: failed }]
    const Parameters = { table, ...about }
    return {
      StartAt: `Transform ${table}`,
      States: {
        [`Transform ${table}`]: task('transform', { Parameters, Catch, End: true }),
        [failed]: task('note'),
      },
    }
  }
  const subject = await serve(
    {
      night: {
        StartAt: 'All',
        States: {
          All: { Type: 'Parallel', Branches: [chunked, plain('sales'), plain('never')], End: true },
        },
      },
    },
    {
      plan: ({ table }: { table: string }) => ({
        table,
        outcome: 'planned',
        seconds: 1,
        chunks: [1, 2],
      }),
      chunk: () => new Promise((resolve) => setTimeout(resolve, 300)),
      seal: ({ table, seconds }: { table: string; seconds: number }) => ({
        table,
        outcome: 'extracted',
        seconds,
      }),
      load: ({ table }: { table: string }) => ({ table, outcome: 'loaded', rows: 1, seconds: 10 }),
      transform: ({ table, n }: { table: string; n: number }) => {
        if (table === 'never') throw thrown('BadValue', 'no number')
        return n === 9
          ? { table, outcome: 'complete', rows: 1 }
          : { table, outcome: 'loaded', seconds: n }
      },
      note: () => ({}),
    },
  )
  try {
    for (const n of [1000, 7, 1, 3, 5, 20, 9]) {
      await subject.ended(await subject.start({ n, date: '2026-11-20' }))
    }
    const machine = {
      ...{ client: subject.client, arn: machineArn('night'), name: 'night' },
      stage: { timeZone: 'UTC' } as Stage,
    }
    const { seconds, nights } = await measure(machine)
    expect(nights).toBe(7)
    // Of 1000, 7, 1, 3, 5 and 20 seconds, 6 is the middle.
    expect(Object.keys(seconds)).toEqual(['orders', 'sales'])
    expect(seconds.sales).toBe(6)
    expect(seconds.orders).toBeGreaterThanOrEqual(11.3)
    expect(seconds.orders).toBeLessThan(15)
  } finally {
    await subject.stepFunctions.stop()
  }
})

it('takes seven nights of each table, whatever nights of few tables came after', async () => {
  const states = (table: string) => ({
    StartAt: `Transform ${table}`,
    States: {
      [`Transform ${table}`]: task('transform', {
        Parameters: { table, 'tables.$': '$.tables' },
        End: true,
      }),
    },
  })
  const Branches = ['orders', 'sales'].map(states)
  const subject = await serve(
    { night: { StartAt: 'All', States: { All: { Type: 'Parallel', Branches, End: true } } } },
    {
      transform: ({ table, tables }: { table: string; tables: string[] }) =>
        tables.includes(table)
          ? { table, outcome: 'loaded', seconds: tables.length }
          : { table, outcome: 'not asked for' },
    },
  )
  try {
    const nights = [...Array(3).fill(['orders', 'sales']), ...Array(7).fill(['orders'])]
    for (const tables of nights) await subject.ended(await subject.start({ tables }))
    const { seconds } = await measure({
      ...{ client: subject.client, arn: machineArn('night'), name: 'night' },
      stage: { timeZone: 'UTC' } as Stage,
    })
    expect(seconds).toEqual({ orders: 1, sales: 2 })
  } finally {
    await subject.stepFunctions.stop()
  }
})
