import type { buildApp } from 'fauxqs'

type App = ReturnType<typeof buildApp>

/** Has S3 keep `If-None-Match: *`, which fauxqs overlooks: what is there is not written over. */
export function refuseOverwriting(app: App): void {
  const underWay = new Set<string>()
  app.addHook('preHandler', async (request, reply) => {
    if (request.method !== 'PUT' || request.headers['if-none-match'] !== '*') return
    const { url } = request
    if (underWay.has(url)) {
      return reply.status(409).type('application/xml').send(errorXml('ConditionalRequestConflict'))
    }
    underWay.add(url)
    reply.raw.once('close', () => underWay.delete(url))
    const { statusCode } = await app.inject({ method: 'HEAD', url: url.split('?')[0] })
    if (statusCode === 200) {
      return reply.status(412).type('application/xml').send(errorXml('PreconditionFailed'))
    }
  })
}

const errorXml = (code: string): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n<Error><Code>${code}</Code><Message>${code}</Message></Error>`
