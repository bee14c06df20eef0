import type { Provided } from '../sources.ts'
import { findSpark, HELP } from './find.ts'

/** Spark on this machine, if it runs here. */
export const provideSpark = async (): Promise<Provided> =>
  (await findSpark()) ? {} : { missing: HELP }
