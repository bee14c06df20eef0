import { gzipSync } from 'node:zlib'
import { visitsOn } from '../activity/visits.ts'
import type { SourceFile } from '../sources.ts'

/** The files of clicks on a day, one for each hour that had any. */
export function* clickFiles(date: string): Generator<SourceFile> {
  const hours = Map.groupBy(clicksOn(date), ({ clicked_at }) => clicked_at.slice(11, 13))
  for (const [hour, clicks] of [...hours].sort()) {
    clicks.sort((a, b) => (a.clicked_at < b.clicked_at ? -1 : 1))
    const text = clicks.map((click) => `${JSON.stringify(click)}\n`).join('')
    const key = `clicks/${date.replaceAll('-', '/')}/${hour}.json.gz`
    yield { key, body: gzipSync(text) }
  }
}

function* clicksOn(date: string) {
  for (const { visitor, user, device, clicks } of visitsOn(date)) {
    for (const { id, time, event, page, position } of clicks) {
      yield {
        id,
        visitor_id: visitor,
        user: { id: user },
        event: { id: event },
        ...{ page, position, device },
        clicked_at: new Date(time).toISOString(),
      }
    }
  }
}
