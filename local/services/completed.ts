import type { buildApp } from 'fauxqs'

type App = ReturnType<typeof buildApp>

/** Has S3 answer who completes an upload once more as the first time, which fauxqs has forgotten. */
export function rememberCompleted(app: App): void {
  const answers = new Map<string, unknown>()
  const completed = ({ method, url }: { readonly method: string; readonly url: string }) =>
    method === 'POST' ? /[?&]uploadId=([^&]+)/.exec(url)?.[1] : undefined
  app.addHook('preHandler', async (request, reply) => {
    const answer = answers.get(completed(request) ?? '')
    if (answer !== undefined) return reply.type('application/xml').send(answer)
  })
  app.addHook('onSend', async (request, reply, payload) => {
    const id = completed(request)
    if (id !== undefined && reply.statusCode === 200) answers.set(id, payload)
    return payload
  })
}
