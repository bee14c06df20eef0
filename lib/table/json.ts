/**
 * Anything JSON can hold. A whole number beyond 2^53, where a JavaScript number loses digits, is a
 * bigint.
 */
export type Json =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly Json[]
  | { readonly [key: string]: Json }

/** A record that is a JSON object. */
export type Document = { readonly [field: string]: Json }

// TypeScript does not know these yet: https://github.com/tc39/proposal-json-parse-with-source
type Reviver = (key: string, value: unknown, context: { readonly source?: string }) => unknown
const parse = JSON.parse as (text: string, reviver?: Reviver) => Json
const { rawJSON } = JSON as unknown as { rawJSON(text: string): object }

/** Parses JSON, no digit of a whole number lost. Throws a SyntaxError. */
export function parseJson(text: string): Json {
  // A reviver makes parsing several times as slow, and few texts have numbers this long.
  return /\d{16}/.test(text) ? parse(text, keepDigits) : parse(text)
}

const keepDigits: Reviver = (_key, value, { source = '' }) =>
  typeof value === 'number' && !Number.isSafeInteger(value) && /^-?\d+$/.test(source)
    ? BigInt(source)
    : value

/** Writes JSON, a bigint with all its digits. `replace` may change or refuse each value. */
export function stringifyJson(value: unknown, replace = (inner: unknown) => inner): string {
  return JSON.stringify(value, (_key, inner) => {
    const replaced = replace(inner)
    return typeof replaced === 'bigint' ? rawJSON(replaced.toString()) : replaced
  })
}
