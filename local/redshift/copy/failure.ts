/** Why a value or a line can't be loaded, as SYS_LOAD_ERROR_DETAIL tells it. */
export interface Reason {
  readonly code: number
  readonly message: string
}

/** Where a COPY stopped, and why. */
export class LoadFailure extends Error {
  readonly file: string
  /** The line that the row begins at, from 1. */
  readonly line: number
  /** The position of the column among those loaded; none when the line itself is wrong. */
  readonly column: number | undefined
  readonly reason: Reason

  constructor(file: string, line: number, reason: Reason, column?: number) {
    super(reason.message)
    this.file = file
    this.line = line
    this.column = column
    this.reason = reason
  }
}

export const TOO_MANY: Reason = { code: 1202, message: 'Extra column(s) found' }
export const TOO_FEW: Reason = { code: 1214, message: 'Delimiter not found' }
export const BAD_QUOTE: Reason = { code: 1216, message: 'Invalid quote formatting for CSV' }
export const NO_END_QUOTE: Reason = { code: 1216, message: 'Delimited value missing end quote' }
export const TOO_LARGE: Reason = { code: 1216, message: 'Input line exceeds 4 MB' }
export const BAD_NUL: Reason = {
  code: 1218,
  message: 'Invalid null byte - field longer than 1 byte',
}
export const BAD_UTF8: Reason = {
  code: 1220,
  message: 'String contains invalid or unsupported UTF8 codepoints',
}
export const NO_VALUE: Reason = { code: 1213, message: 'Missing data for not-null field' }
export const BAD_JSON: Reason = { code: 1216, message: 'Invalid value.' }
export const NO_MEMBER: Reason = {
  code: 1216,
  message: 'Invalid JSONPath format: Member is not an object.',
}
export const NO_PLACE: Reason = {
  code: 1216,
  message: 'Invalid JSONPath format: Not an array or index out of range.',
}
