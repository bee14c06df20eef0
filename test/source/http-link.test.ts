import { describe, expect, it } from '@jest/globals'
import fc from 'fast-check'
import { nextLink } from '../../lib/source/http/link.ts'

const blank = fc.constantFrom('', ' ', '  ', '\t')
const token = fc.stringMatching(/^[a-z][a-z0-9-]{0,8}$/)
const target = fc.oneof(
  fc.webUrl({ withQueryParameters: true }),
  fc.constantFrom('/sales?page=2', '?a=1,2;b=3', '', '/a;rel="next"'),
)
const relations = fc.array(
  fc.constantFrom('next', 'NEXT', 'prev', 'last', 'nextish', 'https://x/next'),
  { minLength: 1, maxLength: 3 },
)

/** A value in quotes, some of its characters escaped though they need not be. */
const quoted = (text: string, escaped: boolean) =>
  `"${text.replaceAll(/["\\]/g, '\\$&').replaceAll('e', escaped ? '\\e' : 'e')}"`

const parameter = fc
  .record({
    name: token.filter((name) => !['rel', 'anchor'].includes(name)),
    value: fc.string({ unit: 'binary-ascii' }).filter((text) => !/[\r\n\0]/.test(text)),
    blank,
  })
  .map(
    ({ name, value, blank }) => `${blank};${blank}${name}${blank}=${blank}${quoted(value, false)}`,
  )

const link = fc
  .record({
    ...{ target, relations, blank, before: fc.array(parameter, { maxLength: 2 }) },
    ...{ after: fc.array(parameter, { maxLength: 2 }), escaped: fc.boolean() },
    name: fc.constantFrom('rel', 'Rel', 'REL'),
    bare: fc.boolean(),
    anchored: fc.boolean(),
  })
  .map((made) => {
    const { relations, escaped, name, blank, anchored } = made
    const bare = made.bare && relations.length === 1
    const rel = bare ? (relations[0] as string) : quoted(relations.join(' '), escaped)
    const anchor = anchored ? ';anchor="#elsewhere"' : ''
    const middle = `${blank};${blank}${name}${blank}=${blank}${rel}`
    const text = `<${made.target}>${made.before.join('')}${middle}${made.after.join('')}${anchor}`
    const isNext = !anchored && relations.some((one) => one.toLowerCase() === 'next')
    return { text, next: isNext ? made.target : undefined }
  })

describe('the next page of a Link header', () => {
  it('is the target of the first link that says so, however the header is written', () => {
    fc.assert(
      fc.property(fc.array(link, { maxLength: 5 }), blank, blank, (links, before, after) => {
        const header = links.map(({ text }) => text).join(`${before},${after}`)
        const first = links.find(({ next }) => next !== undefined)
        expect(nextLink(header)).toBe(first?.next)
      }),
      { numRuns: 2000 },
    )
  })

  it('is told, or there is none, or the header is refused: nothing else, and at once', () => {
    const piece = fc.constantFrom(
      '<',
      '>',
      ';',
      ',',
      '"',
      '\\',
      ' ',
      '=',
      'rel',
      'next',
      '<a>',
      '; ',
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const start = performance.now()
        try {
          expect(typeof nextLink(pieces.join(''))).toMatch(/string|undefined/)
        } catch (error) {
          expect((error as Error).message).toBe('no list of links')
        }
        expect(performance.now() - start).toBeLessThan(2000)
      }),
      { numRuns: 2000 },
    )
  })

  it.each([
    ['<https://x/?page=2>; rel="next", <https://x/?page=9>; rel="last"', 'https://x/?page=2'],
    ['<https://x/?page=1>; rel="prev"', undefined],
    ['<https://x/?a=1,2;b>; title="a, <b>; rel=\\"next\\""; rel=prev, <y>; rel=next', 'y'],
    ['<y>; rel=prev; rel=next', undefined],
    ['<y>;; rel="prev next";', 'y'],
    ['', undefined],
    [', ,<y>;rel=next,', 'y'],
  ])('of %s is %s', (header, next) => {
    expect(nextLink(header)).toBe(next)
  })

  it.each([
    'next',
    '<y; rel=next',
    '<y> rel=next',
    '<y>; rel="next',
    '<x>; rel=prev <y>; rel=next',
  ])('cannot be told of %s', (header) => {
    expect(() => nextLink(header)).toThrow('no list of links')
  })

  it('is told quickly of a header that is long', () => {
    const start = performance.now()
    expect(() => nextLink(`<y>${' ;'.repeat(30_000)}"`)).toThrow()
    expect(() => nextLink(`<y>${'; a=" '.repeat(10_001)}`)).toThrow()
    expect(nextLink('<x>; rel=prev, '.repeat(5000))).toBeUndefined()
    expect(performance.now() - start).toBeLessThan(5000)
  })
})
