import { Failure, messageOf, transient } from '../../error.ts'
import { codeOf, isLost } from '../network.ts'

/** How the client puts it when a connection is lost or not to be had. */
const LOST = /^(Socket closed unexpectedly|Connection timeout|Disconnects client|The client is )/

/** Answers of a Redis that is starting, losing its primary, or busy. */
const BUSY = /^(LOADING|MASTERDOWN|BUSY|TRYAGAIN|CLUSTERDOWN|ERR max number of clients)/

/** Whether the network or a busy server is at fault, so that another try may do. */
export function isPassing(error: unknown): boolean {
  const message = messageOf(error)
  return isLost(error) || LOST.test(message) || BUSY.test(message)
}

/** What may be behind a connection that is not to be had, besides the network. */
const HINTS: Readonly<Record<string, string>> = {
  'Connection timeout': ': may it be reached from here, and has it TLS? If not, "tls": false',
  'Socket closed unexpectedly': ' at once: if it wants TLS, its secret must not say "tls": false',
}

/**
 * Redis's error as one sentence that says where, and what to do. Without a command it is of the
 * connection, which was not to be had.
 */
export function explain(error: unknown, source: string, command?: string): Failure {
  if (error instanceof Failure) return error
  const message = messageOf(error)
  const refused = (sentence: string) =>
    new Failure('SourceRefused', `${source}: ${sentence}`, { cause: error })
  if (isPassing(error)) {
    const hint = command ? '' : (HINTS[message] ?? '')
    return transient(`${source}: ${message}${hint}`, error)
  }
  if (/^(WRONGPASS|ERR invalid password)/.test(message)) {
    return refused('Redis refuses the user or its password')
  }
  if (message.startsWith('NOAUTH')) {
    return refused('Redis wants a password, and the secret has none')
  }
  if (message.startsWith('NOPERM')) {
    const what = command ?? 'that'
    return refused(`the user may not do ${what} (${message}): allow it in the user's ACL`)
  }
  if (message.startsWith('ERR unknown command')) {
    return refused(
      `the server does not know ${command ?? 'a command'}: it must be Redis 6 or later`,
    )
  }
  if (message.startsWith('ERR DB index')) {
    return refused('the server has not the "database" that its secret names')
  }
  switch (codeOf(error)) {
    case 'ENOTFOUND':
      return refused(`there is no host ${(error as { hostname?: string }).hostname}`)
    case 'EPROTO':
    case 'ERR_SSL_WRONG_VERSION_NUMBER':
      return refused('the server has no TLS; if that is right, put "tls": false in its secret')
  }
  if (/certificate|altnames/i.test(message)) {
    return refused(
      `the server's certificate is not trusted (${message}): put its CA in the secret's "tls"`,
    )
  }
  return refused(`${message}${command ? `, to ${command}` : ''}`)
}
