import type { Source } from '../../table/origin.ts'
import { explain, isHopeless, isPassing, type Refuse } from './errors.ts'
import type { Credentials } from './login.ts'

/** A request, whose answer is whole when it is given. */
export interface Sending {
  readonly source: Source
  readonly url: URL
  readonly credentials: Credentials
  /** A form to post; without one it is a GET. */
  readonly form?: URLSearchParams
  readonly signal: AbortSignal
  readonly limits: Limits
  readonly refuse: Refuse
  /** The beginning of a body, in quotes after a colon; nothing of an empty one. */
  quote(body: unknown): string
}

/** An answer, and the whole of its body. */
export interface Whole {
  readonly response: Response
  readonly body: Buffer<ArrayBuffer>
}

export interface Limits {
  readonly tries: number
  /** The longest that one try may take. */
  readonly timeoutSeconds: number
  /** The longest that a request is tried for, waits and all. */
  readonly retrySeconds: number
}

/** A larger body would not leave a function room to parse it. */
const MOST_MEGABYTES = 64

const REDIRECTS = 5

const PASSING = Array.from({ length: 600 }, (_, status) => status).filter(isPassing)

/**
 * Sends a request, and again while the network or a busy server is at fault: after as long as the
 * server asks, or a growing while. An answer of 401 is given as any other.
 */
export async function send(sending: Sending): Promise<Whole> {
  const { url, credentials, form, signal, limits } = sending
  const { default: ky } = await import('ky')
  const end = performance.now() + limits.retrySeconds * 1000
  let last: Error | undefined
  let body = Buffer.alloc(0)
  try {
    const response = await ky(withParameters(url, credentials), {
      method: form ? 'post' : 'get',
      headers: { accept: 'application/json', ...credentials.headers },
      ...(form && { body: form }),
      signal,
      redirect: 'manual',
      throwHttpErrors: (status) => status !== 401,
      async fetch(request) {
        const whole = await fetchWhole(request as Request, sending)
        body = whole.body
        // A good page is kept once: ky would only copy it.
        const kept = whole.response.ok || body.length === 0
        return new Response(kept ? null : body, whole.response)
      },
      // An answer that is an error is shown as it came.
      parseJson: (text) => text,
      timeout: limits.timeoutSeconds * 1000,
      totalTimeout: limits.retrySeconds * 1000,
      retry: {
        limit: limits.tries - 1,
        methods: ['get', 'post'],
        statusCodes: PASSING,
        afterStatusCodes: PASSING,
        retryOnTimeout: true,
        jitter: true,
        backoffLimit: 15_000,
        shouldRetry({ error }) {
          last = error
          // Nobody waits for what would come too late.
          return isHopeless(error) || waitOf(error) > end - performance.now() ? false : undefined
        },
      },
    })
    return { response, body }
  } catch (error) {
    signal.throwIfAborted()
    // When the time for all tries is up, ky says that and not why they failed.
    throw explain((error as Error).name === 'TimeoutError' ? (last ?? error) : error, sending)
  }
}

function withParameters(url: URL, { parameters = {} }: Credentials): URL {
  const own = new URL(url)
  for (const [name, value] of Object.entries(parameters)) own.searchParams.set(name, value)
  return own
}

/** The milliseconds that an answer asks to wait; none where it does not say. */
function waitOf(error: Error): number {
  const after = (error as { response?: Response }).response?.headers.get('retry-after') ?? ''
  return (/^\d+$/.test(after) ? Number(after) * 1000 : Date.parse(after) - Date.now()) || 0
}

/** Fetches with the whole body, so that one which breaks off is tried again as any other loss. */
async function fetchWhole(request: Request, { credentials, refuse }: Sending): Promise<Whole> {
  let asked = request
  for (let redirects = 0; ; redirects++) {
    const response = await fetch(asked)
    const location = response.headers.get('location')
    if (response.status < 300 || response.status > 399 || location === null) {
      return { response, body: await bodyOf(response, refuse) }
    }
    await response.body?.cancel()
    if (!URL.canParse(location, asked.url)) throw refuse('redirects to what is no URL')
    const target = new URL(location, asked.url)
    if (target.origin !== new URL(asked.url).origin || request.method !== 'GET') {
      const place = `${target.protocol}//${target.host}${target.pathname}`
      throw refuse(`redirects to ${place}: if that is right, put it into the secret instead`)
    }
    if (redirects === REDIRECTS) throw refuse('redirects again and again')
    asked = new Request(withParameters(target, credentials), asked)
  }
}

async function bodyOf(response: Response, refuse: Refuse): Promise<Buffer<ArrayBuffer>> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of response.body ?? []) {
    bytes += chunk.length
    if (bytes > MOST_MEGABYTES * 1024 * 1024) {
      throw refuse(`answers with more than ${MOST_MEGABYTES} MB: ask for smaller pages`)
    }
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
