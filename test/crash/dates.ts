/** The run date of the nights that are disturbed. */
export const DATE = '2026-11-23'
/** The day before it, of which no night has been. */
export const EVE = '2026-11-22'
/** The night before them, long enough ago for keys to be reconciled. */
export const BEFORE = '2026-11-15'
