import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import type { FunctionResource } from '../../local/assembly.ts'
import { type Lambda, startLambda } from '../../local/lambda.ts'

let code: string
let lambda: Lambda
const lines: string[] = []
beforeAll(() => {
  code = mkdtempSync(join(tmpdir(), 'usher-lambda-test-'))
  writeFileSync(
    join(code, 'index.mjs'),
    `import { existsSync, writeFileSync } from 'node:fs'
    let calls = 0
    export const handler = async (event, context) => {
      console.log(JSON.stringify({ message: 'called', calls: ++calls }))
      if (event.throw) throw Object.assign(new Error(event.throw), { name: 'BadValue' })
      if (event.exit) process.exit(event.exit)
      if (event.hang) await new Promise(() => setInterval(() => {}, 1000))
      if (event.enter) {
        writeFileSync(event.enter + '/' + Math.random(), '')
        while (!existsSync(event.enter + '/leave')) await new Promise((go) => setTimeout(go, 10))
      }
      return { pid: process.pid, calls, env: process.env, left: context.getRemainingTimeInMillis() }
    }`,
  )
  process.env.MY_OWN_SECRET = 'secret'
  lambda = startLambda({
    environment: { AWS_REGION: 'us-east-1' },
    cpus: 2,
    log: (line) => lines.push(line),
  })
})
afterAll(() => {
  lambda.stop()
  rmSync(code, { recursive: true })
})

const fn = (change: Partial<FunctionResource> = {}): FunctionResource => ({
  arn: `arn:aws:lambda:us-east-1:111111111111:function:${JSON.stringify(change)}`,
  name: 'Extract from production',
  code,
  handler: 'index.handler',
  environment: { TABLE: 'events' },
  timeoutSeconds: 30,
  megabytes: 1769,
  ...change,
})
interface Seen {
  readonly pid: number
  readonly calls: number
  readonly left: number
  readonly env: Record<string, string>
}
const call = (event: object, change?: Partial<FunctionResource>) =>
  lambda.invoke(fn(change), event) as Promise<Seen>

describe('lambda on one machine', () => {
  it('gives a function its own environment and the time it has, and nothing of the machine', async () => {
    const { env, left } = await call({})
    expect(env).toMatchObject({ TABLE: 'events', AWS_REGION: 'us-east-1' })
    expect(env).not.toHaveProperty('MY_OWN_SECRET')
    expect(env).not.toHaveProperty('HOME')
    expect(left).toBeGreaterThan(25_000)
    expect(left).toBeLessThanOrEqual(30_000)
  })
  it('keeps a container for the next call, and never gives it two at a time', async () => {
    const first = await call({})
    expect((await call({})).pid).toBe(first.pid)
    const [a, b] = await Promise.all([call({}), call({})])
    expect(a.pid).not.toBe(b.pid)
  })
  it('tells of an error as Lambda does', async () => {
    await expect(call({ throw: 'price is no number' })).rejects.toMatchObject({
      name: 'BadValue',
      message: expect.stringContaining('"errorMessage":"price is no number"'),
    })
  })
  it('ends a function whose time is up', async () => {
    await expect(call({ hang: true }, { timeoutSeconds: 1 })).rejects.toMatchObject({
      name: 'Sandbox.Timedout',
    })
  })
  it('tells of a function that dies', async () => {
    await expect(call({ exit: 7 })).rejects.toMatchObject({
      name: 'Runtime.ExitError',
      message: expect.stringContaining('status 7'),
    })
  })
  it.each([
    [1769, 2],
    [442, 5],
    [10_240, 1],
  ])('shares CPUs out by memory: of %i MB each, %i run at once', async (megabytes, most) => {
    const room = mkdtempSync(join(code, 'room-'))
    const calls = Array.from({ length: 6 }, () => call({ enter: room }, { megabytes }))
    const inside = () => readdirSync(room).length
    while (inside() < most) await sleep(10)
    await sleep(500)
    expect(inside()).toBe(most)
    writeFileSync(join(room, 'leave'), '')
    await Promise.all(calls)
    expect(inside()).toBe(7)
  })
  it('runs no more of a function at once than it has reserved', async () => {
    const room = mkdtempSync(join(code, 'room-'))
    const calls = [1, 2, 3].map(() => call({ enter: room }, { megabytes: 128, atOnce: 2 }))
    const inside = () => readdirSync(room).length
    while (inside() < 2) await sleep(10)
    // Another that comes later is not kept by those who wait.
    await call({}, { megabytes: 128 })
    expect(inside()).toBe(2)
    writeFileSync(join(room, 'leave'), '')
    await Promise.all(calls)
    expect(inside()).toBe(4)
  })
  it('hands on what a function logs', () => {
    expect(lines).toContain('{"message":"called","calls":1}')
  })
})
