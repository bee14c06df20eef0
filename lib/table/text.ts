import { stringifyJson } from './json.ts'

/**
 * Checks text against a CHAR or VARCHAR, whose length Redshift counts in bytes.
 * NUL characters, which no Redshift text can hold, are removed later: see `csv.ts`.
 */
export function encodeText(bytes: number, charset: 'ascii' | 'utf8'): (value: unknown) => string {
  const name = charset === 'ascii' ? `char(${bytes})` : `varchar(${bytes})`
  return (value) => {
    if (typeof value !== 'string') throw new Error(`is not text for ${name}`)
    // UTF-8 needs at most three bytes for each UTF-16 unit: short text needs no counting.
    if (value.length * 3 > bytes) {
      const length = Buffer.byteLength(value)
      if (length > bytes) throw new Error(`has ${length} bytes, ${name} holds ${bytes}`)
    }
    if (charset === 'ascii' && !isAscii(value)) {
      throw new Error(`is not ASCII, which is all that ${name} holds: declare varchar()`)
    }
    return value
  }
}

/** The most of a text that so many bytes of UTF-8 hold, cut between two characters. */
export function cutText(text: string, bytes: number): string {
  if (text.length * 3 <= bytes) return text
  const { read } = new TextEncoder().encodeInto(text, new Uint8Array(bytes))
  return text.slice(0, read)
}

function isAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) > 127) return false
  return true
}

/** The longest string inside a SUPER value, in bytes, that every Redshift accepts. */
const SUPER_STRING = 65_535

export function encodeJson(value: unknown): string {
  let text: string | undefined
  try {
    text = stringifyJson(value, (inner) => {
      if (typeof inner === 'string' && inner.length * 3 > SUPER_STRING) checkSuperString(inner)
      if (typeof inner === 'number' && !Number.isFinite(inner)) throw new Error('holds a NaN')
      return inner
    })
  } catch (error) {
    throw new Error(`cannot be written as JSON: ${(error as Error).message}`)
  }
  if (text === undefined) throw new Error('cannot be written as JSON')
  return text
}

/** Passes JSON text on as it is, digits and all, once it is known to be JSON. */
export function encodeJsonText(text: string): string {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new Error('is not JSON')
  }
  if (text.length * 3 > SUPER_STRING) checkStrings(value)
  return text
}

function checkStrings(value: unknown): void {
  if (typeof value === 'string') checkSuperString(value)
  else if (typeof value === 'object' && value !== null) Object.values(value).forEach(checkStrings)
}

const NUL = 'NUL characters removed'
/** What is noted where half of a surrogate pair is replaced. */
export const SURROGATE = 'lone surrogates replaced by U+FFFD'

/**
 * Text without what no text of Redshift can hold: NUL goes, and half of a surrogate pair becomes U+FFFD.
 * `note` is told what was done.
 */
export function soundText(text: string, note: (what: string) => void): string {
  let sound = text
  if (!sound.isWellFormed()) {
    note(SURROGATE)
    sound = sound.toWellFormed()
  }
  if (sound.includes('\0')) {
    note(NUL)
    sound = sound.replaceAll('\0', '')
  }
  return sound
}

/** A pair of surrogates, half of one, NUL, or any other escape. */
const ESCAPE = /\\u(?:d[89ab][\da-f]{2}\\ud[c-f][\da-f]{2}|(d[89a-f][\da-f]{2})|(0000))|\\./gis

/** JSON without the escapes of what `soundText` takes out. */
export function soundJson(json: string, note: (what: string) => void): string {
  const done = new Set<string>()
  const sound = json.replaceAll(ESCAPE, (whole: string, half?: string, nul?: string) => {
    if (half) done.add(SURROGATE)
    if (nul) done.add(NUL)
    return half ? '\ufffd' : nul ? '' : whole
  })
  for (const what of done) note(what)
  return sound
}

function checkSuperString(text: string): void {
  const length = Buffer.byteLength(text)
  if (length > SUPER_STRING) throw new Error(`a string of ${length} bytes, SUPER holds 65535`)
}

/** The longest VARBYTE whose hexadecimal digits a VARCHAR holds. */
const HEX_IN_VARCHAR = 32_767

/** Writes bytes in hexadecimal, the only way COPY reads VARBYTE from CSV. */
export function encodeBytes(bytes: number): (value: unknown) => string {
  return (value) => {
    if (!(value instanceof Uint8Array)) throw new Error(`is not bytes for varbyte(${bytes})`)
    if (value.length > bytes) {
      throw new Error(`has ${value.length} bytes, varbyte(${bytes}) holds ${bytes}`)
    }
    if (value.length === 0 && bytes > HEX_IN_VARCHAR) {
      throw new Error(`is empty, which COPY cannot tell from NULL above varbyte(${HEX_IN_VARCHAR})`)
    }
    return Buffer.from(value.buffer, value.byteOffset, value.length).toString('hex')
  }
}
