import { colourOf, type Drawing, edgesOf, isOnChain } from './drawing.ts'
import { duration, noteOf } from './words.ts'

/** Fill, text and border, which hold against a light page and a dark one. */
const colours: Readonly<Record<string, string>> = {
  'subject-0': 'fill:#d9e2f3,color:#1a1d21,stroke:#24509e',
  'subject-1': 'fill:#f8dfcf,color:#1a1d21,stroke:#c44e00',
  'subject-2': 'fill:#d3eee5,color:#1a1d21,stroke:#008a63',
  'subject-3': 'fill:#f3dfea,color:#1a1d21,stroke:#b45a8c',
  'subject-4': 'fill:#f7e8cc,color:#1a1d21,stroke:#b87700',
  'subject-5': 'fill:#e0f1fb,color:#1a1d21,stroke:#2b8fc7',
  'subject-6': 'fill:#dcdfe3,color:#1a1d21,stroke:#3f464f',
  'subject-7': 'fill:#efecc9,color:#1a1d21,stroke:#857800',
  loaded: 'fill:#d3eee5,color:#1a1d21,stroke:#008a63',
  done: 'fill:#d3eee5,color:#1a1d21,stroke:#008a63',
  complete: 'fill:#e0f1fb,color:#1a1d21,stroke:#2b8fc7',
  running: 'fill:#f3dfea,color:#1a1d21,stroke:#b45a8c',
  stopped: 'fill:#dcdfe3,color:#1a1d21,stroke:#3f464f,stroke-dasharray:6 4',
  skipped: 'fill:#f7e8cc,color:#1a1d21,stroke:#b87700,stroke-dasharray:6 4',
  failed: 'fill:#eeb48c,color:#1a1d21,stroke:#a03d00,stroke-width:3px',
  absent: 'fill:#ffffff,color:#1a1d21,stroke:#6b7480,stroke-dasharray:2 3',
}

/** The drawing as a Mermaid flowchart, for Markdown. The table that was asked for has double sides. */
export function mermaidOf(drawing: Drawing): string {
  const names = new Map<string, string>()
  for (const { id } of drawing.boxes) names.set(id, nameOf(id, new Set(names.values())))
  const classes = new Map<string, string[]>()
  const nodes = drawing.boxes.map((box) => {
    const name = names.get(box.id) ?? ''
    const colour = colourOf(drawing, box)
    classes.set(colour, [...(classes.get(colour) ?? []), name])
    const note = drawing.night ? noteOf(box.outcome) : box.subject
    const label = `"${text(box.id)}${note && `<br/>${text(note)}`}"`
    return drawing.asked === box.id ? `${name}[[${label}]]` : `${name}[${label}]`
  })
  const edges = edgesOf(drawing)
  const chain = edges.flatMap(({ from, to }, i) => (isOnChain(drawing, from, to) ? [i] : []))
  const lines = [
    ...nodes,
    ...edges.map(({ from, to }) => `${names.get(from)} --> ${names.get(to)}`),
    ...[...classes]
      .sort()
      .flatMap(([colour, own]) => [
        `classDef ${colour} ${colours[colour]}`,
        `class ${own.join(',')} ${colour}`,
      ]),
    ...(chain.length > 0 ? [`linkStyle ${chain.join(',')} stroke-width:4px`] : []),
  ]
  return [
    'flowchart LR',
    ...(drawing.chain ? [`  %% critical path: ${duration(drawing.chain.seconds)}`] : []),
    ...lines.map((line) => `  ${line}`),
    '',
  ].join('\n')
}

/** A name for Mermaid: behind a prefix, as `end` and other words are its own; each is used once. */
function nameOf(id: string, taken: ReadonlySet<string>): string {
  const name = `t_${id.replaceAll(/\W/g, '_')}`
  let unique = name
  for (let copy = 2; taken.has(unique); copy++) unique = `${name}_${copy}`
  return unique
}

/** Text in quotes: letters that Mermaid or HTML would read as their own are written as numbers. */
const text = (plain: string): string =>
  plain.replaceAll(/[^\w .,:;()/$-]/gu, (letter) => `#${letter.codePointAt(0)};`)
