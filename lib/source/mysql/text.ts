import { isUtf8 } from 'node:buffer'
import { SURROGATE } from '../../table/text.ts'

/** Half of a surrogate pair in what is UTF-8 otherwise: MySQL keeps it and sends it. */
const HALF = /\xed[\xa0-\xbf][\x80-\xbf]/g

/**
 * The text of bytes that are meant to be UTF-8, half of a surrogate pair replaced and noted. Throws an
 * Error where they are none for another reason.
 */
export function decodeText(bytes: Buffer, note: (what: string) => void): string {
  if (isUtf8(bytes)) return bytes.toString('utf8')
  const sound = Buffer.from(bytes.toString('latin1').replace(HALF, '\xef\xbf\xbd'), 'latin1')
  if (!isUtf8(sound)) throw new Error(`0x${bytes.toString('hex', 0, 30)} is not UTF-8`)
  note(SURROGATE)
  return sound.toString('utf8')
}
