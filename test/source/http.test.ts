import { testSource } from './contract.ts'
import { httpSubject } from './subjects/http.ts'

testSource(httpSubject)
