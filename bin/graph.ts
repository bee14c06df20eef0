import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { type Drawing, drawingOf } from '../lib/drawing/drawing.ts'
import { mermaidOf } from '../lib/drawing/mermaid.ts'
import type { Night } from '../lib/drawing/night.ts'
import { pageOf } from '../lib/drawing/page/page.ts'
import { amountOf, duration } from '../lib/drawing/words.ts'
import { Failure } from '../lib/error.ts'
import { wrap } from '../local/display.ts'
import { home } from './home.ts'
import { nights, readNight } from './nights.ts'
import type { Command } from './usher.ts'
import { loadWarehouse } from './warehouse.ts'

export const graphCommand: Command = {
  usage: 'graph [TABLE] [--night RUN | --plain] [--mermaid]',
  summary: 'Draws what is made from what, and what became of it on the last night.',
  help: `Writes .usher/graph.html, a page that needs no network, and prints its path. The
tables stand from left to right, each after those it is made from.

  npx usher graph                  every table
  npx usher graph event_demand     that table, what it is made from and what is
                                   made from it
  npx usher graph --mermaid        prints a Mermaid flowchart instead, for
                                   Markdown; it can be of one table too

  --night  after which night, as its file in .usher/nights is called; the newest
           unless said
  --plain  after no night

After a night each table has the colour and the sign of what became of it, and
the seconds it took. The critical path is marked: the chain of tables, each made
from the one before, that took longest together. Without a night, colours tell
subjects, which are the folders of warehouse/.

In the page, point at a table to see what hangs on it, click it to stay there.
The wheel zooms and dragging moves; / finds a table, Enter goes from one that
was found to the next, Escape lets go, 0 shows everything. USHER_HOME names
another place than .usher.`,
  options: {
    night: { type: 'string' },
    plain: { type: 'boolean', default: false },
    mermaid: { type: 'boolean', default: false },
  },
  async run([asked, ...others], { night: run, plain, mermaid }) {
    if (others.length > 0) {
      throw new Failure('BadInput', `give one table, or none for all: not ${others.join(', ')} too`)
    }
    if (run !== undefined && plain) {
      throw new Failure('BadInput', '--plain draws no night: leave out it or --night')
    }
    const night = plain ? undefined : nightOf(run as string | undefined)
    const { graph, files } = await loadWarehouse()
    const subjects = new Map([...files].map(([id, file]) => [id, dirname(file)]))
    const drawing = drawingOf(graph, { subjects, night, asked })
    if (mermaid) {
      process.stdout.write(mermaidOf(drawing))
      return 0
    }
    const file = join(home, 'graph.html')
    mkdirSync(home, { recursive: true })
    writeFileSync(file, pageOf(drawing))
    for (const line of wrap(summary(drawing), '  ')) console.error(line)
    console.log(file)
    return 0
  },
}

function nightOf(run: string | undefined): Night | undefined {
  const name = run ?? nights().at(-1)
  return name === undefined ? undefined : readNight(name)
}

/** What was drawn, for a person: standard output has the path alone. */
function summary({ boxes, night, chain }: Drawing): string {
  const drawn = amountOf(boxes)
  if (!night) return `${drawn}, after no night`
  const path = chain ? `; critical path ${duration(chain.seconds)}` : ''
  return `${drawn}, after ${night.run}${night.date ? ` for ${night.date}` : ''}${path}`
}
