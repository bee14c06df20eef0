/** What a rule is known by: the note that counts it, or the words it refuses a value in. */
export interface Rule {
  readonly note?: RegExp
  readonly refusal?: RegExp
}

/**
 * What may become of a value besides arriving as it is. docs/values.md says of each what it does; a
 * test holds that the names are the same.
 */
export const rules = {
  'zero date': {
    note: /: zero dates loaded as NULL$/,
    refusal: /holds the date '.*': declare it \.nullable\(\)/,
  },
  NUL: { note: /: NUL characters removed$/ },
  surrogate: { note: /: lone surrogates replaced by U\+FFFD$/ },
  rounded: { note: /: numbers rounded to its decimals$/ },
  'out of range': { refusal: /is out of range for / },
  'too many decimals': { refusal: /has \d+ decimals, decimal\(.*\) holds \d+/ },
  'beyond 2^53': { refusal: /is beyond 2\^53, where a number loses digits/ },
  'too long': { refusal: /has \d+ bytes, .* holds \d+/ },
  cut: { note: /: values cut to varchar\(\d+\)$/ },
  'row of 4 MB': { refusal: /the row makes \d+ bytes of CSV, COPY takes 4194304/ },
  'string in SUPER': { refusal: /a string of \d+ bytes, SUPER holds 65535/ },
  'not ASCII': { refusal: /is not ASCII, which is all that char\(\d+\) holds/ },
  'not of its type': {
    refusal:
      /is no (smallint|integer|bigint|decimal)|is not a (boolean|number|finite number|date|time of day|timestamp)\b|is not an instant|is not text for|is not bytes for/,
  },
  'has a zone': { refusal: /has a time zone; declare the column timestamptz\(\)/ },
  'not JSON': { refusal: /is not JSON|cannot be written as JSON/ },
  'empty bytes': { refusal: /is empty, which COPY cannot tell from NULL/ },
  'NULL marker': { refusal: /the NULL marker .* occurs in the data/ },
  NULL: { refusal: /is NULL, and the column is not \.nullable\(\)/ },
  'not CSV': { refusal: /: line \d+ of s3:.* is not CSV of this form/ },
  'field twice': { refusal: /: line \d+ of s3:.* names the column '.*' twice/ },
  'no JSON line': { refusal: /: line \d+ of s3:.* is not (JSON|a JSON object)/s },
  'not UTF-8': { refusal: /is not UTF-8/ },
  'line of 16 MB': { refusal: /is longer than 16 MB: is there a record a line\?/ },
} as const satisfies Readonly<Record<string, Rule>>

export type RuleName = keyof typeof rules
