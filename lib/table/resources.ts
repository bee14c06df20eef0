import type { AnyDefinition, Definition } from './definition.ts'

/** Megabytes that an extract has unless its table asks for more: with them comes a whole CPU. */
export const EXTRACT_MEGABYTES = 1769

/** Megabytes of a function that has others work. */
export const SMALL_MEGABYTES = 512

/** Minutes that a function has at most, and unless its table asks for less. */
export const MINUTES = 15

export const extractMegabytes = ({ resources }: Pick<Definition, 'resources'>): number =>
  resources.memory ?? EXTRACT_MEGABYTES

/** The megabytes of what transforms a table or runs a task. */
export const megabytesOf = ({ resources }: Pick<AnyDefinition, 'resources'>): number =>
  resources.memory ?? SMALL_MEGABYTES
