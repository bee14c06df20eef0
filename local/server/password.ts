import { randomBytes } from 'node:crypto'

/** A password that nobody guesses, of letters that need no quoting anywhere. */
export const newPassword = (): string => randomBytes(18).toString('base64url')
