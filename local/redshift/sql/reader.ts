import { SqlError, syntaxError, unknownHere } from '../error.ts'
import { isName, quoteName, type Token } from './token.ts'

/** A table as a statement names it; without a schema it is a temporary one, else in `public`. */
export interface TableName {
  readonly schema?: string
  readonly name: string
}

/** Reads a statement from left to right, one word at a time. */
export class Reader {
  readonly tokens: readonly Token[]
  at: number

  constructor(tokens: readonly Token[], at = 0) {
    this.tokens = tokens
    this.at = at
  }

  get next(): Token | undefined {
    return this.tokens[this.at]
  }

  get done(): boolean {
    return this.at >= this.tokens.length
  }

  take(): Token {
    const token = this.tokens[this.at++]
    if (!token) throw syntaxError(undefined)
    return token
  }

  /** Whether the next words are these; if so, they are read. */
  accept(...words: readonly string[]): boolean {
    const here = words.every((word, i) => {
      const token = this.tokens[this.at + i]
      return token?.value === word && (token.kind === 'word' || token.kind === 'symbol')
    })
    if (here) this.at += words.length
    return here
  }

  expect(...words: readonly string[]): void {
    for (const word of words) if (!this.accept(word)) throw syntaxError(this.next?.text)
  }

  name(): string {
    const token = this.take()
    if (!isName(token)) throw syntaxError(token.text)
    return token.value
  }

  table(): TableName {
    const first = this.name()
    if (!this.accept('.')) return { name: first }
    const second = this.name()
    if (this.accept('.')) throw unknownHere(`another database: ${first}.${second}.${this.name()}`)
    return { schema: first, name: second }
  }

  /** `("a", "b")` */
  names(): string[] {
    this.expect('(')
    const names = [this.name()]
    while (this.accept(',')) names.push(this.name())
    this.expect(')')
    return names
  }

  string(): string {
    const token = this.take()
    if (token.kind !== 'string') throw syntaxError(token.text)
    return token.value
  }

  integer(): number {
    const token = this.take()
    if (token.kind !== 'number' || !/^\d+$/.test(token.value)) throw syntaxError(token.text)
    return Number(token.value)
  }

  /** Skips to the parenthesis that closes the one just read, and gives what lies between. */
  group(): Token[] {
    const start = this.at
    for (let depth = 1; ; ) {
      const token = this.tokens[this.at++]
      if (!token) throw new SqlError('syntax error at end of input')
      if (token.kind !== 'symbol') continue
      if (token.value === '(') depth++
      if (token.value === ')' && --depth === 0) return this.tokens.slice(start, this.at - 1)
    }
  }

  end(): void {
    if (this.next) throw syntaxError(this.next.text)
  }
}

/** `"usher"."loads"` */
export const quoteTable = ({ schema, name }: TableName): string =>
  schema === undefined ? quoteName(name) : `${quoteName(schema)}.${quoteName(name)}`
