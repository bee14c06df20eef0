/** The number that an option gives. Throws a sentence where it is none. */
export function whole(option: string, value: string): number {
  const number = Number(value)
  if (Number.isInteger(number) && number > 0) return number
  throw new Error(`--${option} ${value}: give a whole number, 1 or more`)
}
