import { createHash } from 'node:crypto'
import { date, googleAnalytics, integer, mirror, varchar } from '#lib'
import { Fault } from '../../../local/analytics/fault.ts'
import type { Question } from '../../../local/analytics/question.ts'
import { startAnalytics } from '../../../local/analytics/server.ts'
import type { Subject } from '../subject.ts'

const site = googleAnalytics('site', { secret: 'key', property: '123' })
const dimensions = ['customEvent:id', 'customEvent:text'] as const
const columns = {
  id: integer().primaryKey().from('customEvent:id'),
  text: varchar(400).from('customEvent:text'),
  date: date(),
}
const publish = { partition: 'date' } as const

export const googleAnalyticsSubject: Subject = {
  name: 'googleAnalytics',
  whole: mirror(site.report({ dimensions, metrics: ['eventCount'] }), {
    name: 'whole',
    columns,
    publish,
  }),
  broken: mirror(
    site.report({ dimensions: ['customEvent:id', 'customEvent:seats'], metrics: ['eventCount'] }),
    {
      name: 'broken',
      columns: { id: columns.id, seats: integer().from('customEvent:seats'), date: date() },
      publish,
    },
  ),
  complaint:
    /^broken\.seats: 'four' is no integer; in the row with id '777'; at the row of site on 2026-11-23 with customEvent:id '777'/,
  refused: mirror(
    googleAnalytics('site', { secret: 'key', property: '999' }).report({
      dimensions,
      metrics: ['eventCount'],
    }),
    { name: 'whole', columns, publish },
  ),
  refusal: /^site: usher@.* may not read property 999 \(.*\): add it as a Viewer/,

  async serve(rows) {
    const server = await startAnalytics((question) => {
      if (question.property === '999') {
        throw new Fault(
          'PERMISSION_DENIED',
          'User does not have sufficient permissions for this property.',
        )
      }
      return reportOf(question, question.dimensions.includes('customEvent:seats') ? 2000 : rows)
    })
    return {
      secrets: { key: { ...server.key, endpoint: server.url } },
      connections: server.connections,
      cut: server.cut,
      tries: server.requests,
      stop: server.stop,
    }
  },
}

/** A page of a report with so many rows, each made when it is asked for. */
export function reportOf({ dimensions, metrics, offset, limit }: Question, rowCount: number) {
  const length = Math.max(0, Math.min(limit, rowCount - offset))
  return {
    dimensionHeaders: dimensions.map((name) => ({ name })),
    metricHeaders: metrics.map((name) => ({ name, type: 'TYPE_INTEGER' })),
    rows: Array.from({ length }, (_, at) => ({
      dimensionValues: dimensions.map((name) => ({ value: textOf(name, offset + at) })),
      metricValues: metrics.map(() => ({ value: '1' })),
    })),
    rowCount,
    metadata: { currencyCode: 'USD', timeZone: 'Etc/UTC' },
    kind: 'analyticsData#runReport',
  }
}

function textOf(dimension: string, id: number): string {
  if (dimension === 'customEvent:id') return `${id}`
  if (dimension === 'date') return '20261123'
  if (dimension === 'customEvent:seats') return id === 777 ? 'four' : '4'
  // Digits of hashes hardly compress: the files are large too.
  return [0, 1, 2]
    .map((salt) => createHash('sha512').update(`${id} ${salt}`).digest('hex'))
    .join('')
}
