import { type PartnerSale, salesOf } from './sales.ts'
import { isDay, numberIn, type Reply, type Running, serve } from './server.ts'

const LOGIN = { header: 'X-Api-Key', key: 'sample-key' }

/**
 * A partner with an API key and links from page to page: `GET /reports/sales?day=…&per_page=…`. The
 * body is the array of sales, and amounts are in cents.
 */
export async function startBoxoffice(): Promise<Running & { readonly secret: object }> {
  const { url, stop } = await serve(({ what, query, headers }, url) => {
    if (headers['x-api-key'] !== LOGIN.key) return problem(401, 'unknown X-Api-Key')
    if (what !== 'GET /reports/sales') return problem(404, 'no such report')
    return report(query, `${url}/reports/sales`)
  })
  return { url, secret: { url, ...LOGIN }, stop }
}

const problem = (status: number, title: string): Reply => ({ status, json: { title } })

function report(query: URLSearchParams, url: string): Reply {
  const day = query.get('day')
  const size = numberIn(query.get('per_page') ?? '100', 200)
  const page = numberIn(query.get('page') ?? '1', 10_000)
  if (!isDay(day)) return problem(422, 'day must be a day')
  if (!size || !page) return problem(422, 'per_page must be 1 to 200, and page a number')
  const sales = salesOf('boxoffice', day)
  const link = (to: number, rel: string) =>
    `<${url}?day=${day}&per_page=${size}&page=${to}>; rel="${rel}"`
  const links = [link(1, 'first'), ...(page * size < sales.length ? [link(page + 1, 'next')] : [])]
  return {
    headers: { link: links.join(', ') },
    json: sales.slice((page - 1) * size, page * size).map((sale) => recordOf(sale, day)),
  }
}

function recordOf(sale: PartnerSale, day: string): object {
  return {
    reference: Number(day.replaceAll('-', '')) * 100_000 + sale.number,
    businessDay: day,
    soldAt: new Date(sale.time).toISOString().slice(0, 19).replace('T', ' '),
    eventId: sale.event.id,
    area: sale.section,
    tickets: sale.quantity,
    totalCents: sale.cents,
    currencyCode: sale.currency,
  }
}
