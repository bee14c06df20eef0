/** Type numbers of the MySQL protocol (include/field_types.h). */
export const [TINY, FLOAT, DATE, TIME, BIT, JSON_TEXT] = [1, 4, 10, 11, 16, 245]
export const INTEGERS = new Set([TINY, 2, 3, 8, 9, 13])
export const DECIMALS = new Set([0, 246])
export const FLOATS = new Set([FLOAT, 5])
/** TIMESTAMP and DATETIME. */
export const TIMES = new Set([7, 12])
/** Text of any kind, and bytes where its character set is BINARY. */
export const STRINGS = new Set([249, 250, 251, 252, 253, 254, 255])

/** The character set number that MySQL gives to values that are not text. */
export const BINARY = 63
