import { describe, expect, it } from '@jest/globals'
import { figureOf, missingFigure } from '../../lib/chart/figure.ts'
import { drawnRows } from '../../lib/chart/rows.ts'
import { svgOf } from '../../lib/chart/svg.ts'
import { exampleOf, examples } from './example.ts'

const draw = (mark: string, width = 560) => {
  const { look, rows } = exampleOf(mark)
  return svgOf(look, drawnRows(look, rows), width)
}

const textsOf = (svg: string) =>
  [...svg.matchAll(/<text[^>]*>([^<]*)<\/text>/g)].map(([, it]) => it)

describe('a figure', () => {
  it.each(examples.map(({ look }) => look.mark.kind))('of %s has all its numbers', async (mark) => {
    const { look, rows } = exampleOf(mark)
    const figure = await figureOf(look, rows)
    expect(figure.match(/<svg/g)).toHaveLength(2)
    const cells = [...figure.matchAll(/<td[^>]*>([^<]*)<\/td>/g)].map(([, text]) => text)
    expect(cells).toHaveLength(rows.flat().length)
    expect(figure).toContain(`aria-label="A `)
    expect(figure).toContain(`<code>sales</code>`)
    expect(figure).not.toMatch(/https?:|(src|href)=|NaN|undefined/)
  })

  it('writes numbers as people do, and text as text', async () => {
    const { look, rows } = exampleOf('bars')
    const figure = await figureOf(look, rows)
    expect(figure).toContain('<td class="number">1,200.5</td>')
    expect(figure).toContain('<td>Grace &#60;b&#62;</td>')
    expect(figure).not.toContain('Grace <b>')
  })

  it('says that there is nothing to draw, or why it cannot be drawn', async () => {
    const { look } = exampleOf('bars')
    expect(await figureOf(look, [])).toContain('There are no rows to draw.')
    expect(missingFigure(look, 'no such table: <i>')).toContain('no such table: &#60;i&#62;')
  })

  it('refuses a number that is none', async () => {
    const { look } = exampleOf('bars')
    await expect(figureOf(look, [['Ada', 'own', 'many']])).rejects.toThrow(
      "bars.amount: 'many' is no number that can be drawn",
    )
  })
})

describe('a picture', () => {
  it('draws a bar for each row, as long as its value', async () => {
    const svg = await draw('bars')
    const [, group = ''] = /<g class="mark-rect role-mark marks">(.*?)<\/g>/s.exec(svg) ?? []
    const bars = [...group.matchAll(/d="M[\d.,]+h([\d.]+)/g)].map(([, length]) => Number(length))
    expect(bars).toHaveLength(3)
    expect((bars[0] ?? 0) / (bars[1] ?? 1)).toBeCloseTo(1200.5 / 300, 1)
  })

  it('puts on the map what is in the United States, with its name', async () => {
    const svg = await draw('points')
    expect(textsOf(svg)).toEqual(expect.arrayContaining(['Denver', 'Miami']))
    expect(textsOf(svg)).not.toContain('London')
  })

  it('has the names of groups above their intervals', async () => {
    const texts = textsOf(await draw('intervals'))
    const [first, ...others] = ['search', 'list', 'map'].map((text) => texts.indexOf(text))
    expect(first).toBeGreaterThanOrEqual(0)
    expect(others).toEqual([(first ?? 0) + 1, (first ?? 0) + 2])
  })

  it('has the colours of the page it stands on, and no other', async () => {
    for (const { look } of examples) {
      const svg = await draw(look.mark.kind)
      const colours = [...svg.matchAll(/(?:fill|stroke)="([^"]+)"/g)].map(([, colour]) => colour)
      const own = colours.filter(
        (colour) => !/^(var\(--\w+\)|none|transparent)$/.test(colour ?? ''),
      )
      expect([look.name, own]).toEqual([look.name, []])
    }
  })

  it('is as wide as it is to be', async () => {
    for (const { look } of examples) {
      const [, width] = /viewBox="0 0 ([\d.]+)/.exec(await draw(look.mark.kind, 340)) ?? []
      expect(Number(width)).toBeLessThanOrEqual(350)
      expect(Number(width)).toBeGreaterThan(330)
    }
  })
})
