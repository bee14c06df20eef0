import { setTimeout as sleep } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { zstdDecompressSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals'
import { bucketOf } from '../../lib/manifest/bucket.ts'
import { extract } from '../../lib/manifest/extract.ts'
import type { Extract } from '../../lib/manifest/manifest.ts'
import { type Definition, definition, type Tabled } from '../../lib/table/definition.ts'
import type { Origin } from '../../lib/table/origin.ts'
import { type S3, startS3 } from '../../local/services/s3.ts'
import { type Server, type Subject, serve } from './subject.ts'

export const ROWS = 100_000

/** The contract that every source keeps, told as tests. */
export function testSource(subject: Subject): void {
  describe(`${subject.name}, as every source,`, () => {
    let server: Server
    let s3: S3
    let idle: number
    let attempt = 0

    beforeAll(async () => {
      server = await serve(subject, ROWS)
      s3 = await startS3('/nonexistent', ['staging'])
      idle = await server.connections()
    }, 120_000)
    afterAll(async () => {
      await s3?.stop()
      await server?.stop()
    })

    const read = (tabled: Tabled, signal = new AbortController().signal) => {
      const table = tabled[definition]
      const { columns } = table
      const reading = {
        table: table.id,
        columns,
        date: '2026-11-23',
        signal,
        note: () => {},
        warn: () => {},
      }
      return originOf(table).read(reading)
    }
    const extractOf = (tabled: Tabled, progress?: (rows: number) => void) =>
      extract({
        table: tabled[definition],
        ...{ date: '2026-11-23', bucket: bucketOf('staging', s3.client), progress },
        prefix: `staging/attempt-${attempt++}`,
        signal: new AbortController().signal,
      })
    const expectIdle = async () => {
      for (let tries = 0; tries < 100 && (await server.connections()) > idle; tries++) {
        await sleep(50)
      }
      expect(await server.connections()).toBeLessThanOrEqual(idle)
    }

    it('gives every record, once, and reports how far it is', async () => {
      const heard: number[] = []
      const found = await extractOf(subject.whole, (rows) => heard.push(rows))
      expect(found?.rows).toBe(ROWS)
      expect(await idsIn(found as Extract, s3)).toEqual(Array.from({ length: ROWS }, (_, id) => id))
      expect(heard.length).toBeGreaterThan(3)
      expect(heard).toEqual(heard.toSorted((a, b) => a - b))
      await expectIdle()
    }, 120_000)

    it('reads no further than it is asked to, and closes when it is left', async () => {
      const before = await settled()
      for await (const batch of read(subject.whole)) {
        expect(batch.length).toBeLessThanOrEqual(10_000)
        // Whoever does not hold back has read it all by the time this is over.
        await sleep(1500)
        expect((await settled()) - before).toBeLessThan(16_000_000)
        break
      }
      await expectIdle()
    }, 60_000)

    it('stops at once when it is aborted', async () => {
      const controller = new AbortController()
      const reading = async () => {
        for await (const _ of read(subject.whole, controller.signal)) {
          controller.abort(new Error('enough'))
        }
      }
      const start = performance.now()
      await expect(reading()).rejects.toThrow('enough')
      expect(performance.now() - start).toBeLessThan(10_000)
      await expectIdle()
    }, 60_000)

    it('never takes what is cut short for the whole', async () => {
      let ids = 0
      const reading = async () => {
        for await (const batch of read(subject.whole)) {
          if (ids === 0) await server.cut()
          ids += batch.length
        }
      }
      const outcome = await reading().then(
        () => 'whole',
        (error: Error) => error.name,
      )
      expect(outcome === 'whole' ? ids === ROWS : outcome === 'Transient').toBe(true)
      await expectIdle()
    }, 120_000)

    it('names the table, the value and the record that does not fit, and closes', async () => {
      const failing = extractOf(subject.broken)
      await expect(failing).rejects.toMatchObject({
        name: 'BadValue',
        message: expect.stringMatching(subject.complaint),
      })
      await expectIdle()
    }, 60_000)

    it('does not try again what is refused for good', async () => {
      const before = await server.tries()
      await expect(extractOf(subject.refused)).rejects.toMatchObject({
        name: 'SourceRefused',
        message: expect.stringMatching(subject.refusal),
      })
      expect((await server.tries()) - before).toBeLessThanOrEqual(2)
      await expectIdle()
    }, 60_000)
  })
}

function originOf({ id, made }: Definition): Origin<unknown> {
  if (made.by !== 'extract') throw new Error(`${id} is not extracted`)
  return made.from
}

/** The first column of everything that was written, in order. */
async function idsIn({ parts }: Extract, s3: S3): Promise<number[]> {
  const bucket = bucketOf('staging', s3.client)
  const ids: number[] = []
  for (const { key } of parts) {
    const bytes = Buffer.concat(await (await bucket.stream(key)).toArray())
    for (const [, id] of zstdDecompressSync(bytes)
      .toString()
      .matchAll(/^(\d+),/gm)) {
      ids.push(Number(id))
    }
  }
  return ids.sort((a, b) => a - b)
}

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** The bytes in use, once nothing is left that nobody needs. */
async function settled(): Promise<number> {
  collectGarbage()
  await sleep(50)
  collectGarbage()
  const { heapUsed, external, arrayBuffers } = process.memoryUsage()
  return heapUsed + external + arrayBuffers
}
