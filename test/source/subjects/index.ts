import type { Subject } from '../subject.ts'
import { mysqlSubject } from './mysql.ts'

/** Every source's, for what is measured of all of them. */
export const subjects: readonly Subject[] = [mysqlSubject]
