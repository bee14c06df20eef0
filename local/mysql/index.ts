import { findServer, type Installed } from './find.ts'
import { DATABASE, loadSample } from './load.ts'
import { startServer } from './server.ts'

export interface MarketplaceOptions {
  /** Where the data is kept from one start to the next. */
  readonly dir: string
  /** The installed server to use; the one that is found, unless said. */
  readonly server?: Installed
  /** Told, in short sentences, what takes long. */
  readonly log?: (sentence: string) => void
}

export interface Marketplace {
  /** `mysql://usher:…@127.0.0.1:port/marketplace`, of a user who may only SELECT. */
  readonly url: string
  stop(): Promise<void>
}

/** Starts the sample marketplace, made at the first start; undefined if no server is installed. */
export async function startMarketplace(
  options: MarketplaceOptions,
): Promise<Marketplace | undefined> {
  const { dir, server = findServer(), log = () => {} } = options
  if (!server) return undefined
  const running = await startServer({ dir, server, log, database: DATABASE })
  try {
    await loadSample(running.adminUrl, log)
  } catch (error) {
    await running.stop()
    throw new Error(`the sample could not be written: ${error}`, { cause: error })
  }
  return { url: running.url, stop: running.stop }
}
