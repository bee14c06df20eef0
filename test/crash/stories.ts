import { DATE, EVE } from './dates.ts'
import type { Tide } from './tide.ts'

/** Something that is done with a table, or with its source. */
export type Act =
  | Nightly
  | { readonly show: Tide }
  /** Files that nobody wrote appear beside those that are staged. */
  | { readonly litter: true }

/** A night of the table. */
export interface Nightly {
  readonly night: string
  /** Publishes what checks refuse. */
  readonly accept?: true
  /** The errors that it may end with. */
  readonly ends?: RegExp
}

/**
 * What becomes of the function that makes a call. Who dies before it is followed by another execution;
 * who dies after it is redriven, where the input is the same.
 */
export type Way = 'dies before' | 'dies after' | 'waits before'

/** A night that is disturbed, and what happens until the same night is done once more. */
export interface Story {
  readonly tables: readonly string[]
  /** What comes before it. */
  readonly first: readonly Act[]
  readonly night: Nightly
  /** What happens between its death and the next try, or while it waits. */
  readonly meanwhile: readonly Act[]
  /** How it is done again, if not as it was done, and well. */
  readonly again?: Nightly
  /** What comes after that. */
  readonly after?: readonly Act[]
  /**
   * What it is to end as: as these acts do, none of which is disturbed. Where the table was complete
   * before it died, `done` is what counts, if it is said.
   */
  readonly calm: readonly Act[]
  readonly done?: readonly Act[]
  readonly ways: readonly Way[]
}

const DEATHS: readonly Way[] = ['dies before', 'dies after']
const ALL: readonly Way[] = [...DEATHS, 'waits before']

const eve: Nightly = { night: EVE }
const last: Nightly = { night: DATE }
const show = (tide: Tide): Act => ({ show: tide })

/** What is read before others have loaded is refused: the next try reads it again, or need not. */
const REFUSED = /^WarehouseRefused$/
const late: Nightly = { ...eve, ends: REFUSED }

const OF_DATES = ['tide_whole', 'settled_days', 'tide_changes', 'tide_keys', 'dated', 'listings']

const laterBetween = (tables: readonly string[]) =>
  ({
    tables,
    first: [show('night')],
    night: late,
    meanwhile: [show('the day after'), last],
    after: [eve],
    calm: [show('night'), eve, show('the day after'), last],
    ways: ALL,
  }) satisfies Story

const earlierBetween = (tables: readonly string[]) =>
  ({
    tables,
    first: [show('night')],
    night: { ...last, ends: REFUSED },
    meanwhile: [late],
    after: [eve],
    calm: [show('night'), eve, last],
    ways: ALL,
  }) satisfies Story

/** The source is in another state once the night is done again. */
const turned = (tide: Tide, tables: readonly string[]) =>
  ({
    tables,
    first: [show('night')],
    night: last,
    meanwhile: [show(tide)],
    calm: [show(tide), last],
    done: [show('night'), last],
    ways: DEATHS,
  }) satisfies Story

const WHOLE = ['tide_whole', 'tide_days', 'tide_keys']
const READ = [...WHOLE, 'tide_merged', 'tide_changes']

const refused: Nightly = { ...last, ends: /^NightIncomplete$/ }
const accepted: Nightly = { ...last, accept: true }
const CHECKED = ['tide_checked', 'tide_keys', 'tide_made']

export const stories = {
  'a later night in between': laterBetween(OF_DATES),
  'a later night in between, merged': laterBetween(['merged']),
  'a later night in between, days read again': laterBetween(['tide_window']),
  'an earlier night in between': earlierBetween(OF_DATES),
  'an earlier night in between, merged': earlierBetween(['merged']),
  'an earlier night in between, days read again': earlierBetween(['tide_window']),
  'its source has a row more then': turned('a row added', READ),
  'a row of its source is changed then': turned('a row changed', READ),
  'a row of its source is gone then': turned('a row deleted', READ),
  // Without keys, what came and went stays until the next whole reading.
  'a new row of its source is gone then': turned('a new row deleted', WHOLE),
  'its rows are refused': {
    tables: CHECKED,
    first: [show('a bad row')],
    night: refused,
    meanwhile: [],
    again: refused,
    calm: [show('a bad row'), refused],
    ways: DEATHS,
  },
  'its rows are refused, and then accepted': {
    tables: CHECKED,
    first: [show('a bad row')],
    night: refused,
    meanwhile: [],
    again: accepted,
    calm: [show('a bad row'), refused, accepted],
    ways: DEATHS,
  },
  'its rows are refused, and then mended': {
    tables: ['tide_checked', 'tide_keys'],
    first: [show('a bad row')],
    night: refused,
    meanwhile: [show('mended')],
    again: last,
    calm: [show('mended'), last],
    ways: DEATHS,
  },
  'its rows are accepted': {
    tables: CHECKED,
    first: [show('a bad row'), refused],
    night: accepted,
    meanwhile: [],
    calm: [show('a bad row'), refused, accepted],
    ways: DEATHS,
  },
  'rows of the day before are aside': {
    tables: ['tide_checked_days'],
    first: [show('a bad row'), { night: EVE, ends: /^NightIncomplete$/ }, show('mended')],
    night: last,
    meanwhile: [],
    calm: [show('a bad row'), { night: EVE, ends: /^NightIncomplete$/ }, show('mended'), last],
    ways: DEATHS,
  },
  'files that nobody wrote appear': {
    tables: ['tide_days', 'tide_keys', 'listings', 'clicks'],
    first: [],
    night: last,
    meanwhile: [{ litter: true }],
    calm: [{ litter: true }, last],
    ways: ['dies before', 'waits before'],
  },
} as const satisfies Record<string, Story>

export type StoryName = keyof typeof stories
