import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { generator, integer, varchar } from '#lib'
import { blocksOf, type Extracted } from '../../lib/manifest/rows.ts'
import type { Definition } from '../../lib/table/definition.ts'
import { documentRow } from '../../lib/table/document.ts'
import type { Block, Cells } from '../../lib/table/origin.ts'
import { plainLine } from './plain.ts'

const MARKER = 'NULL_x'
const columns = [
  { name: 'id', column: integer() },
  { name: 'text', column: varchar(65_535) },
] as Definition['columns']
const encoding = { table: { id: 'rows', columns } as Definition, marker: MARKER, note: () => {} }
const from: Extracted['from'] = generator(() => [])

interface Fact {
  readonly id: number
  readonly text: string
}
const lineOf = ({ id, text }: Fact) =>
  plainLine(encoding.table, MARKER, () => {}, [id, text], false)

/** The ways that records become rows. */
const ways: Readonly<Record<string, [Extracted, (facts: Fact[]) => unknown[]]>> = {
  'one of each record': [
    { by: 'extract', from, row: (fact) => ({ ...(fact as Fact) }) },
    (facts) => facts,
  ],
  'many of each record': [
    { by: 'extract', from, rows: (facts) => facts as Iterable<Readonly<Record<string, unknown>>> },
    (facts) => [[], facts, []],
  ],
  'cells of a mirror': [
    { by: 'extract', from },
    (facts) => facts.map(({ id, text }): Cells => [String(id), text]),
  ],
}

describe.each(Object.entries(ways))('rows, %s,', (_name, [made, recordsOf]) => {
  it('are each a line of a block, however many blocks are held', async () => {
    const texts = fc.integer({ min: 0, max: 65_000 }).map((length) => 'x'.repeat(length))
    const facts = fc.array(fc.record({ id: fc.integer({ min: 0, max: 99 }), text: texts }))
    const batches = fc.array(facts, { maxLength: 20, size: 'max' })
    await fc.assert(
      fc.asyncProperty(batches, fc.nat(16), async (batches, most) => {
        async function* records() {
          for (const batch of batches) yield recordsOf(batch)
        }
        let [found, rows] = ['', 0]
        const held: Block[] = []
        const take = (block?: Block) => {
          found += block ? Buffer.from(block.bytes) : ''
          block?.release?.()
        }
        for await (const block of blocksOf(encoding, made, records())) {
          rows += block.rows
          held.push(block)
          if (held.length > most) take(held.shift())
        }
        for (const block of held) take(block)
        expect(rows).toBe(batches.flat().length)
        expect(found === batches.flat().map(lineOf).join('')).toBe(true)
      }),
      { numRuns: 20 },
    )
  })

  it('that cannot be written say where they came from', async () => {
    const place = { ...made, from: { ...from, where: () => 'line 7' } }
    const bad = { id: 2, text: 'x'.repeat(65_536) }
    async function* records() {
      yield recordsOf([{ id: 1, text: '' }, bad])
    }
    const blocks = async () => {
      for await (const _block of blocksOf(encoding, place, records()));
    }
    await expect(blocks()).rejects.toMatchObject({
      name: 'BadValue',
      message: expect.stringMatching(/^rows\.text: 'xxx.*…' has 65536 bytes, .*; at line 7$/),
    })
  })
})

describe('rows of documents', () => {
  const own = {
    id: 'logs',
    columns: [
      { name: 'id', column: integer() },
      { name: 'user', column: varchar(10).from('user.name').nullable() },
      { name: 'fault', column: varchar(10).nullable().pinned() },
      { name: 'note', column: varchar(10).nullable() },
    ],
  } as unknown as Definition
  const made: Extracted = { by: 'extract', from, row: documentRow(own.columns), documents: true }

  async function warningsOf(count: number, of: Extracted = made) {
    const warnings: string[] = []
    const encoding = { table: own, marker: MARKER, note: () => {} }
    const warn = (sentence: string) => warnings.push(sentence)
    async function* documents() {
      for (let id = 0; id < count; id++) yield [{ id, ...(id === 7 && { note: 'x' }) }]
    }
    for await (const block of blocksOf({ ...encoding, warn }, of, documents())) block.release?.()
    return warnings
  }

  it('warn of a column that is in none of many', async () => {
    expect(await warningsOf(1000)).toEqual([
      'logs.user: no document has a value at user.name, so all are NULL. Has the field another name ' +
        'now? Then say `.from()`; or, if that is meant, add `.pinned()`.',
    ])
  })

  it('say nothing of few, nor where a function makes the rows', async () => {
    expect(await warningsOf(99)).toEqual([])
    expect(await warningsOf(1000, { ...made, documents: undefined })).toEqual([])
  })
})
