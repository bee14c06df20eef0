import { setTimeout as sleep } from 'node:timers/promises'
import { expect, it } from '@jest/globals'
import { inParallel } from '../../lib/source/parallel.ts'

/** Counts to `last`, and notes each step that is taken. */
async function* counting(last: number, steps: number[], pause = 1): AsyncGenerator<number> {
  for (let step = 1; step <= last; step++) {
    steps.push(step)
    await sleep(pause)
    yield step
  }
}

it('gives all that any of the generators yields', async () => {
  const found: number[] = []
  const generators = [counting(3, [], 20), counting(2, []), counting(0, [])]
  for await (const value of inParallel(generators, () => {})) found.push(value)
  expect(found.sort()).toEqual([1, 1, 2, 2, 3])
})

it('begins with all of them, and goes no more than a step ahead', async () => {
  const [one, other]: [number[], number[]] = [[], []]
  for await (const _ of inParallel([counting(100, one), counting(100, other, 50)], () => {})) {
    await sleep(20)
    expect(one.length + other.length).toBe(3)
    break
  }
})

it('stops the others when one fails or nobody wants more, and waits for them', async () => {
  let [stopped, ended] = [0, 0]
  const stop = () => {
    stopped++
  }
  async function* slow(): AsyncGenerator<number> {
    yield 1
    await sleep(50)
    ended++
    yield 2
  }
  async function* failing(): AsyncGenerator<number> {
    yield 1
    throw new Error('no more')
  }
  const reading = async () => {
    for await (const _ of inParallel([slow(), failing()], stop)) await sleep(10)
  }
  await expect(reading()).rejects.toThrow('no more')
  expect([stopped, ended]).toEqual([1, 1])
  for await (const _ of inParallel([slow()], stop)) break
  expect([stopped, ended]).toEqual([2, 2])
})
