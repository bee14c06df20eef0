import { syntaxError } from '../error.ts'
import { nativeType, type SqlType } from './type.ts'

/** A cast to a character type cuts what is too long; one to a number or date refuses it. */
export function castTo(operand: string | undefined, type: SqlType, word = 'cast'): string {
  if (operand === undefined) throw syntaxError('::')
  if (type.name === 'character' || type.name === 'character varying') {
    return `redshift_text(${word}(${operand} as VARCHAR), ${type.length})`
  }
  if (type.name === 'super') return `to_json(${operand})`
  return `${word}(${operand} as ${nativeType(type)})`
}
