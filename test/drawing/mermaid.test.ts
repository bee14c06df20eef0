import { describe, expect, it } from '@jest/globals'
import { drawingOf } from '../../lib/drawing/drawing.ts'
import { mermaidOf } from '../../lib/drawing/mermaid.ts'
import { expectGolden } from '../golden.ts'
import { graph, graphWith, night, subjects } from './example.ts'

describe('mermaidOf', () => {
  it('draws a warehouse by subject', () => {
    expectGolden('warehouse.mmd', mermaidOf(drawingOf(graph, { subjects })))
  })

  it('draws what a table is made from after a night', () => {
    expectGolden('revenue.mmd', mermaidOf(drawingOf(graph, { subjects, night, asked: 'revenue' })))
  })

  it("keeps names apart that are Mermaid's own words, or the same but for a dot", () => {
    const text = mermaidOf(
      drawingOf(graphWith({ end: [], 'a.b': [], a_b: ['end', 'a.b'] }), { subjects: new Map() }),
    )
    expect(text.split('\n').slice(1, 6)).toEqual([
      '  t_end["end"]',
      '  t_a_b["a.b"]',
      '  t_a_b_2["a_b"]',
      '  t_a_b --> t_a_b_2',
      '  t_end --> t_a_b_2',
    ])
  })

  it('shows text as text, whatever it holds', () => {
    const evil = `"]; click a "javascript:alert(1)" <b> #quot; \`x\`\n%% {{y}}`
    const text = mermaidOf(
      drawingOf(graphWith({ [evil]: [] }), { subjects: new Map([[evil, evil]]) }),
    )
    const [, node = ''] = text.split('\n')
    expect(node).toMatch(/^ {2}t_\w+\["[\w .,:;()/$#-]+<br\/>[\w .,:;()/$#-]+"\]$/)
    expect(node).toContain(
      '#34;#93;; click a #34;javascript:alert(1)#34; #60;b#62; #35;quot; #96;x#96;#10;#37;',
    )
  })
})
