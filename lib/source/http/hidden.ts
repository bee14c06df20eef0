/** What a person may be shown of texts in which there may be secrets. */
export interface Hidden {
  add(secret: string): void
  /** The text without them: a partner may well repeat what it refuses. */
  censor(text: string): string
  /** The beginning of a body, in quotes after a colon; nothing of an empty one. */
  quote(body: unknown): string
}

const LONGEST = 200

/** Keeps secrets out of texts, in whichever way they are written there. */
export function hiddenOf(secrets: readonly string[]): Hidden {
  const forms = new Set<string>()
  const add = (secret: string) => {
    if (secret === '') return
    forms.add(secret)
    forms.add(encodeURIComponent(secret))
    forms.add(new URLSearchParams({ '': secret }).toString().slice(1))
    forms.add(JSON.stringify(secret).slice(1, -1))
  }
  for (const secret of secrets) add(secret)
  const censor = (text: string) => {
    let clean = text
    for (const form of forms) clean = clean.replaceAll(form, '***')
    return clean
  }
  return {
    add,
    censor,
    quote(body) {
      const text = typeof body === 'string' ? body.slice(0, 10_000) : ''
      // The cut comes last, so that it leaves no half of a secret.
      const clean = censor(text).trim().replaceAll(/\s+/g, ' ')
      if (clean === '') return ''
      return `: '${clean.length > LONGEST ? `${clean.slice(0, LONGEST)}…` : clean}'`
    },
  }
}
