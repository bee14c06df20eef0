import { reach } from '../reach.ts'
import type { Place, Provided, SourceInfo } from '../sources.ts'
import { startBoxoffice } from './boxoffice.ts'
import { startStubmarket } from './stubmarket.ts'

const samples = { stubmarket: startStubmarket, boxoffice: startBoxoffice } as const

/** A partner's own API, where a URL names one; else the sample's, which answers as one does. */
export async function provideHttp(
  { name }: SourceInfo,
  { variable, url }: Place,
): Promise<Provided> {
  if (url !== undefined) return ownApi(variable, url)
  if (Object.hasOwn(samples, name)) return samples[name as keyof typeof samples]()
  return { missing: `the sample has no ${name}. Name your own:\n${formOf(variable)}` }
}

/** What the secret says besides the URL, the parameters of the variable's URL say. */
const formOf = (variable: string): string =>
  [
    `  ${variable}='https://host/path?token=…' npm run night`,
    '  or in place of the token, one of',
    '  header=X-Api-Key&key=…',
    '  parameter=api_key&key=…',
    '  username=…&password=…',
    '  clientId=…&clientSecret=…&tokenUrl=https://…&scope=…',
  ].join('\n')

async function ownApi(variable: string, text: string): Promise<Provided> {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (!url || !/^https?:$/.test(url.protocol) || url.username || !url.search) {
    throw new Error(`${variable} is not of the form that is wanted:\n${formOf(variable)}`)
  }
  const port = Number(url.port || (url.protocol === 'https:' ? 443 : 80))
  const problem = await reach(url.hostname, port)
  if (problem) return { missing: problem }
  const fields = Object.fromEntries(url.searchParams)
  return { secret: { ...fields, url: `${url.origin}${url.pathname}` } }
}
