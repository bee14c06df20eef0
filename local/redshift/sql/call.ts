import { syntaxError, unknownHere } from '../error.ts'
import { castTo } from './cast.ts'
import { type Call, functions } from './functions.ts'
import { Reader } from './reader.ts'
import { quoteName, type Token } from './token.ts'
import { type Context, translate } from './translate.ts'
import { readType } from './type.ts'

/** Reads a call, from behind its opening parenthesis to the end of its OVER, and translates it. */
export function callFunction(token: Token, reader: Reader, context: Context): string {
  const inside = reader.group()
  const text = (tokens: readonly Token[]) => translate(tokens, context)
  if (token.value === 'cast' || token.value === 'try_cast') {
    const at = inside.findLastIndex(({ kind, value }) => kind === 'word' && value === 'as')
    if (at < 0) throw syntaxError(')')
    return castTo(text(inside.slice(0, at)), wholeType(inside.slice(at + 1)), token.value)
  }
  if (token.value === 'convert') {
    const [type = [], operand = []] = splitArguments(inside)
    return castTo(text(operand), wholeType(type))
  }
  const rule = Object.hasOwn(functions, token.value) ? functions[token.value] : undefined
  if (!rule) throw unknownHere(`the function ${token.value}()`)
  const distinct = inside[0]?.kind === 'word' && inside[0].value === 'distinct'
  const skip = distinct || (inside[0]?.kind === 'word' && inside[0].value === 'all') ? 1 : 0
  const raw = splitArguments(inside.slice(skip))
  const call: Call = {
    name: token.value,
    raw,
    args: raw.map((tokens, i) => (isPart(tokens, i, token.value) ? '' : text(tokens))),
    distinct,
    order: withinGroup(reader, context),
    nulls: nullTreatment(reader),
    over: overClause(reader, context),
    session: context,
  }
  return rule(call)
}

/** The first argument of DATEADD and its like is a word of its own, not an expression. */
const isPart = (tokens: readonly Token[], i: number, name: string): boolean =>
  (i === 0 && ['dateadd', 'date_add', 'datediff', 'date_diff', 'date_part'].includes(name)) ||
  (name === 'extract' && tokens.length > 0)

function wholeType(tokens: readonly Token[]) {
  const reader = new Reader(tokens)
  const type = readType(reader)
  reader.end()
  return type
}

function splitArguments(tokens: readonly Token[]): Token[][] {
  if (tokens.length === 0) return []
  const parts: Token[][] = [[]]
  let depth = 0
  for (const token of tokens) {
    if (token.kind === 'symbol' && '(['.includes(token.value)) depth++
    if (token.kind === 'symbol' && ')]'.includes(token.value)) depth--
    if (depth === 0 && token.kind === 'symbol' && token.value === ',') parts.push([])
    else parts.at(-1)?.push(token)
  }
  return parts
}

function withinGroup(reader: Reader, context: Context): string | undefined {
  if (!reader.accept('within', 'group')) return undefined
  reader.expect('(', 'order', 'by')
  return translate(reader.group(), context)
}

function nullTreatment(reader: Reader): string {
  for (const word of ['ignore', 'respect']) {
    if (reader.accept(word, 'nulls')) return ` ${word} nulls`
  }
  return ''
}

function overClause(reader: Reader, context: Context): string {
  if (!reader.accept('over')) return ''
  if (!reader.accept('(')) return ` over ${quoteName(reader.name())}`
  return ` over (${translate(reader.group(), context)})`
}
