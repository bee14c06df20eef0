/** Writes one line of JSON to the function's log. Never give it a secret or a row. */
export function log(message: string, facts: Readonly<Record<string, unknown>>): void {
  console.log(JSON.stringify({ message, ...facts }))
}

/** A function that passes its calls on, but at most one in a second. */
export function atMostEverySecond<Args extends unknown[]>(
  call: (...args: Args) => void,
): (...args: Args) => void {
  let last = 0
  return (...args) => {
    const now = performance.now()
    if (now - last < 1000) return
    last = now
    call(...args)
  }
}
