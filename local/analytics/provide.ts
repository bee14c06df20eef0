import { readFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { reach } from '../reach.ts'
import type { Place, Provided, SourceInfo } from '../sources.ts'
import type { AccountKey } from './account.ts'
import { sampleReporter } from './report.ts'
import { startAnalytics } from './server.ts'

/** Google itself, where a URL names the key of a service account; else the sample's stand-in. */
export async function provideAnalytics(
  source: SourceInfo,
  { variable, url }: Place,
): Promise<Provided> {
  if (url !== undefined) return google(variable, url)
  if (source.name !== 'analytics') {
    return { missing: `set ${variable}=file:///path/to/the/key/of/a/service-account.json` }
  }
  const { key, url: endpoint, stop } = await startAnalytics(sampleReporter())
  return { secret: { ...key, endpoint }, stop }
}

async function google(variable: string, url: string): Promise<Provided> {
  if (!URL.canParse(url) || new URL(url).protocol !== 'file:') {
    throw new Error(
      `${variable} is not of the form file:///path/to/service-account.json, the key of a service account that may read the property`,
    )
  }
  const path = fileURLToPath(url)
  const key = await readFile(path, 'utf8')
    .then((text): Partial<AccountKey> => JSON.parse(text))
    .catch(() => undefined)
  if (!key?.client_email || !key.private_key) {
    throw new Error(`${variable}: ${path} is not the key of a service account, as Google gives it`)
  }
  const problem = await reach('analyticsdata.googleapis.com', 443)
  return problem ? { missing: problem } : { secret: key }
}
