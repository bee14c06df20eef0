import { Failure } from '../../error.ts'
import type { Source } from '../../table/origin.ts'
import { readSecret } from '../secret.ts'
import { type Tls, trustedTls } from '../tls.ts'
import { isPassing } from './errors.ts'

interface Login {
  readonly host: string
  readonly port?: number
  readonly username?: string
  readonly password?: string
  readonly database?: number
  readonly tls?: Tls
}

const TRIES = 3

/** A client that tries a few times to connect, and once connected never again. */
export async function clientOf(source: Source) {
  const login = checkLogin(source, await readSecret(source.secret ?? ''))
  const { createClient, RESP_TYPES } = await import('@redis/client')
  const tls = await trustedTls(login.tls)
  let connected = false
  const client = createClient({
    RESP: 2,
    username: login.username,
    password: login.password,
    database: login.database,
    socket: {
      host: login.host,
      port: login.port ?? 6379,
      connectTimeout: 5000,
      reconnectStrategy: (tries, cause) =>
        !connected && tries + 1 < TRIES && mayPass(cause) && 2 ** tries * 500,
      ...(tls && { tls: true as const, ...tls }),
    },
    disableClientInfo: true,
    maintNotifications: 'disabled',
    // The client's own timeout is only of commands not yet sent, and costs a timer for each.
    commandOptions: { timeout: undefined, typeMapping: { [RESP_TYPES.BLOB_STRING]: Buffer } },
  })
  client.on('ready', () => {
    connected = true
  })
  // Errors also reach whoever waits for an answer; without a listener they would end the process.
  client.on('error', () => {})
  return client
}

/** Whether a second may help. Who is silent for five is not to be reached, or has no TLS. */
const mayPass = (cause: Error): boolean =>
  isPassing(cause) && cause.message !== 'Connection timeout'

function checkLogin(source: Source, secret: unknown): Login {
  const login = secret as Partial<Login> | null
  if (typeof login?.host !== 'string') {
    throw new Failure('SourceRefused', `the secret ${source.secret} of ${source.name} has no host`)
  }
  return login as Login
}
