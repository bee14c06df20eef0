import { resolve } from 'node:path'

/** Where nights on this machine keep everything: `.usher`, or what USHER_HOME names. */
export const home = resolve(process.env.USHER_HOME ?? '.usher')
