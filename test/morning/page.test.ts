import { createHash } from 'node:crypto'
import { beforeAll, describe, expect, it } from '@jest/globals'
import { drawingOf } from '../../lib/drawing/drawing.ts'
import type { Morning } from '../../lib/morning/morning.ts'
import { pageOf } from '../../lib/morning/page.ts'
import { changeOf } from '../../lib/morning/tables.ts'
import { graphWith } from '../drawing/example.ts'
import { spoilt } from './example.ts'

let morning: Morning
let page: string
beforeAll(async () => {
  morning = await spoilt()
  page = pageOf(morning)
})

/** The text of a part, as it would be read out. */
const textOf = (id: string, html = page): string => {
  const [, part = ''] = new RegExp(`<section id="${id}"(.*?)</section>`, 's').exec(html) ?? []
  return part
    .replaceAll(/<[^>]*>/g, ' ')
    .replaceAll(/&#(\d+);/g, (_, code) => String.fromCodePoint(Number(code)))
    .replaceAll(/\s+/g, ' ')
}

describe('the page of a night', () => {
  it('needs nothing from elsewhere, and runs no script but its own', () => {
    expect(page.match(/src=|url\([^#]|@import|https?:/g)).toBeNull()
    expect(page.match(/href="[^#]/g)).toBeNull()
    const [, script = ''] = /<script>(.*)<\/script>\n<\/body>/s.exec(page) ?? []
    const hash = createHash('sha256').update(script).digest('base64')
    expect(script.length).toBeGreaterThan(100)
    expect(page).toContain(`script-src 'sha256-${hash}'`)
  })

  it('begins with what failed, why, and the command that does the rest', () => {
    expect([...page.matchAll(/<section id="(\w+)"/g)].map(([, id]) => id)).toEqual(
      'failed skipped warnings looks graph time tables checks'.split(' '),
    )
    expect(textOf('failed')).toContain("legacy.orders.sold_at: '0000-00-00' is no date")
    expect(textOf('skipped')).toContain('all_orders legacy.orders is not complete')
    expect(textOf('failed')).toContain('npm run night -- --date 2026-11-23')
    expect(page).toContain('<code>discount: decimal(4, 2),</code>')
  })

  it('says when each step was done, and which made the night long', () => {
    expect(textOf('time')).toContain('The critical path, 1 min 14 s, is orders')
    expect(textOf('time')).toContain(
      'Extract orders: from 0.0 s to 1 min 2 s; Load orders: from 1 min 2 s to 1 min 15 s.',
    )
    const bars = [...page.matchAll(/<i class="(\w+)" style="left:([\d.]+)%;width:([\d.]+)%"/g)]
    expect(bars.map(([, kind, left, width]) => [kind, Number(left), Number(width)])).toEqual([
      ['extract', 0, 82.82],
      ['load', 83.22, 16.78],
      ['failed', 0.67, 4.3],
    ])
  })

  it('has the rows of each table beside those of earlier nights', () => {
    expect(textOf('tables')).toContain('orders loaded 120,000 +20 % 7.7 MB +20 % 1 min 2 s 12.5 s')
    expect(textOf('tables')).toContain('searches not in this night')
    expect(textOf('tables')).toContain('rows of the 2 nights before')
    expect(page.match(/<polyline/g)).toHaveLength(1)
  })

  it('says what was checked, and of what nobody looked', () => {
    expect(textOf('checks')).toContain('orders passed id is unique nothing costs less than nothing')
    expect(textOf('checks')).toContain('all_orders not looked at id is unique')
    const accepted = pageOf({ ...morning, accepted: ['orders'] })
    expect(textOf('checks', accepted)).toContain('orders published whatever they say')
  })

  it('leaves out what there is nothing to say of', () => {
    const { drawing } = morning
    const night = { ...drawing.night, problem: undefined, tables: [] }
    const calm = { ...morning, drawing: { ...drawing, night }, warnings: [], again: undefined }
    const text = pageOf({ ...calm, steps: [], checks: new Map(), figures: [], earlier: [] })
    expect([...text.matchAll(/<section id="(\w+)"/g)].map(([, id]) => id)).toEqual([
      'graph',
      'tables',
    ])
    expect(text).toContain('There is no earlier night')
    expect(text).toContain('<span class="ending succeeded">succeeded</span>')
  })

  it('says what was left out of a night that succeeded', () => {
    const { drawing } = morning
    const night = { ...drawing.night, problem: undefined }
    const text = pageOf({ ...morning, drawing: { ...drawing, night } })
    expect(text).not.toContain('<section id="failed"')
    expect(textOf('skipped', text)).toContain('revenue orders_by_day is not complete')
  })

  it('says what the night failed of where no table tells', () => {
    const { drawing } = morning
    const night = { ...drawing.night, problem: 'the lock was lost', tables: [] }
    const text = pageOf({ ...morning, drawing: { ...drawing, night } })
    expect(textOf('failed', text)).toContain('the lock was lost')
  })

  it('shows text as text, whatever it holds', () => {
    const evil = `</script><script>alert(1)</script><img src=x onerror='alert("1")'>\`&amp;\``
    const night = {
      ...{ run: evil, date: evil, problem: evil },
      tables: [{ table: evil, outcome: 'failed' as const, message: evil }],
    }
    const step = { table: evil, state: `Extract ${evil}`, from: '2026-11-24', to: '2026-11-25' }
    const text = pageOf({
      ...{
        steps: [step],
        earlier: [],
        accepted: [evil],
        warnings: [evil],
        again: evil,
        figures: [],
      },
      drawing: { ...drawingOf(graphWith({ [evil]: [] }), { subjects: new Map(), night }), night },
      checks: new Map([[evil, [evil]]]),
    })
    expect(text.match(/<script/g)).toHaveLength(1)
    expect(text.match(/<\/script/g)).toHaveLength(1)
    expect(text).not.toContain('<img')
    expect(text).not.toContain(`'alert("`)
  })
})

describe('a change', () => {
  it.each([
    [100, 100, '='],
    [121, 100, '+21 %'],
    [1021, 1000, '+2.1 %'],
    [0, 100, '−100 %'],
    [100_001, 100_000, '±0 %'],
    [5, 0, 'from 0'],
  ])('to %d from %d is %s', (now, before, text) => {
    expect(changeOf(now, before)).toBe(text)
  })
})
