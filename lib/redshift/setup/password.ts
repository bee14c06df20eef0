import { createHash, randomBytes } from 'node:crypto'

/**
 * What Redshift is told of a password: no more than what it takes to try one.
 * @see https://docs.aws.amazon.com/redshift/latest/dg/r_CREATE_USER.html
 */
export function passwordHash(password: string, salt = randomBytes(32)): string {
  const digest = createHash('sha256').update(password).update(salt).digest('hex')
  return `sha256|${digest}|${salt.toString('hex')}`
}
