/** What the system calls a connection that is lost, or cannot be had just now. */
const LOST = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'EAI_AGAIN',
])

/** Whether the network is at fault, so that another try may do. */
export const isLost = (error: unknown): boolean => LOST.has(codeOf(error))

/** The code of an error, `ECONNRESET`; empty without one. */
export const codeOf = (error: unknown): string =>
  String((error as { code?: unknown } | null)?.code ?? '')
