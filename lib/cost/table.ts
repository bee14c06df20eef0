import type { AnyDefinition } from '../table/definition.ts'
import { isTask } from '../table/definition.ts'
import { extractMegabytes, megabytesOf, SMALL_MEGABYTES } from '../table/resources.ts'
import { nothing, type Usage } from './usage.ts'

/** How long the work of one table's night took, and how much it was: what a receipt says. */
export interface TableNight {
  /** Of a table in chunks, to plan and to seal them. */
  readonly extractSeconds?: number | undefined
  /** How many chunks were read, and how long that took all together. */
  readonly read?: { readonly chunks: number; readonly seconds: number } | undefined
  /** To load, transform or run. */
  readonly loadSeconds: number
  /** Bytes on S3; none of what was not extracted. */
  readonly bytes?: number | undefined
}

const MB = 1_000_000
/** A part of an extract is about 64 MiB of CSV, which zstd makes a third of. */
const PART = 22 * MB
/** What is larger is uploaded in pieces. */
const PIECE = 5 * 1024 * 1024

/**
 * What the night of one table took by itself: its functions' time and calls, its states, its requests
 * to S3. Of the warehouse's time, which tables share, `rpuSeconds` is the table's share.
 */
export function usageOf(own: AnyDefinition, night: TableNight, rpuSeconds = 0): Usage {
  const { extractSeconds = 0, read, loadSeconds, bytes = 0 } = night
  const { chunks, seconds: chunkSeconds } = read ?? { chunks: 0, seconds: 0 }
  const isExtracted = !isTask(own) && own.made.by !== 'transform'
  if (!isExtracted) {
    return {
      ...nothing,
      gbSeconds: gigabytes(megabytesOf(own)) * loadSeconds,
      ...{ calls: 1, transitions: 1, puts: 1 + LISTS, gets: GETS, rpuSeconds },
    }
  }
  const reading =
    chunks > 0
      ? gigabytes(extractMegabytes(own)) * chunkSeconds +
        gigabytes(SMALL_MEGABYTES) * extractSeconds
      : gigabytes(extractMegabytes(own)) * extractSeconds
  const files = requestsOf(bytes, Math.max(1, chunks))
  return {
    gbSeconds: reading + gigabytes(SMALL_MEGABYTES) * loadSeconds,
    // Plan, chunks, Seal and Load, with the states around them; or Extract and Load.
    calls: chunks > 0 ? chunks + 3 : 2,
    transitions: chunks > 0 ? chunks + 5 : 2,
    puts: files.puts + 2 * LISTS + OWN_FILES + 2 * chunks,
    gets: files.gets + 2 * GETS + 2 * chunks,
    byteSeconds: bytes * ((extractSeconds + chunkSeconds / Math.max(1, chunks)) / 2 + loadSeconds),
    rpuSeconds,
  }
}

/** Lists of receipts that a task asks for, and objects that it reads, its upstream's receipts among them. */
const LISTS = 3
const GETS = 8
/** Manifest, description and receipt of an extract. */
const OWN_FILES = 3

const gigabytes = (megabytes: number): number => megabytes / 1024

/** What it takes to write so many bytes in so many extracts or more, and to have COPY read them. */
function requestsOf(bytes: number, extracts: number): { puts: number; gets: number } {
  const parts = Math.max(extracts, Math.ceil(bytes / PART))
  const pieces = Math.ceil(bytes / parts / PIECE)
  // Beginning and ending an upload in pieces are calls too.
  return { puts: parts * (pieces > 1 ? pieces + 2 : 1), gets: 2 * parts }
}
