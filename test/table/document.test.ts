import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { bigint, date, integer, mirror, super_, table, varchar } from '#lib'
import { definition } from '../../lib/table/definition.ts'
import { documentRow } from '../../lib/table/document.ts'
import { type Document, parseJson, stringifyJson } from '../../lib/table/json.ts'
import type { Origin } from '../../lib/table/origin.ts'

const named = (path: string) => [{ name: 'found', column: varchar(10).from(path) }]

describe('a column of a document', () => {
  const document = {
    id: 1,
    user: { id: 7, name: null, 'home.city': 'NYC' },
    'user.email': 'a@example.com',
    tags: ['x', 'y'],
    toString: 'own',
  }
  it.each([
    ['id', 1],
    ['user.id', 7],
    ['user.name', null],
    ['user.email', 'a@example.com'],
    ['user.home.city', 'NYC'],
    ['tags', ['x', 'y']],
    ['tags.0', null],
    ['user.id.digits', null],
    ['nothing.at.all', null],
    ['toString', 'own'],
    ['constructor', null],
  ])('is found at %s', (path, value) => {
    expect(documentRow(named(path))(document)).toEqual({ found: value })
  })
})

describe('JSON', () => {
  it('keeps every digit of a whole number', () => {
    const text = '{"id":9007199254740993,"low":-18446744073709551615,"n":1234567890123456,"x":0.1}'
    expect(parseJson(text)).toEqual({
      id: 9007199254740993n,
      low: -18446744073709551615n,
      n: 1234567890123456,
      x: 0.1,
    })
    expect(stringifyJson(parseJson(text))).toBe(text)
  })
  it('is read back as it was written', () => {
    const values = fc.oneof(fc.jsonValue(), fc.bigInt())
    fc.assert(
      fc.property(fc.array(values), (list) => {
        const text = stringifyJson(list)
        expect(stringifyJson(parseJson(text))).toBe(text)
      }),
    )
  })
})

const documents: Origin<Document> & { documents: true } = {
  documents: true,
  source: { name: 'test', kind: 'generator', packages: [] },
  async *read() {
    yield [{ id: 1 }]
  },
}
const days = { count: 3 }
const columns = { id: bigint(), day: date(), rest: super_().nullable() }

describe('a mirror of documents', () => {
  it('has the name it is given', () => {
    expect(mirror(documents, { name: 'things', columns })[definition].id).toBe('things')
  })
  it('must say which column is the day, where days are read again', () => {
    expect(() => mirror({ ...documents, days }, { name: 'things', columns })).toThrow(
      'things: its source is read day by day: say which column is the day, publish: { partition }',
    )
    const publish = { partition: 'day' } as const
    expect(() => mirror({ ...documents, days }, { name: 'things', columns, publish })).not.toThrow()
  })
  it('needs a primary key where records may repeat', () => {
    const repeating = { ...documents, repeats: true as const }
    expect(() => mirror(repeating, { name: 'things', columns })).toThrow(
      'things: its source may give a record twice: make a column .primaryKey(), to keep one of them',
    )
    const keyed = table('things', {
      columns: { id: integer().primaryKey() },
      from: repeating,
      row: ({ id }) => ({ id: Number(id) }),
    })
    expect(keyed[definition].id).toBe('things')
  })
})
