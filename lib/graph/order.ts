/** Things by number, each after those that it needs. */
export interface Order {
  readonly members: readonly number[]
  /** What a member needs; what is no member counts for nothing. */
  readonly needs: (member: number) => readonly number[]
}

/** The groups that have nothing to do with each other. */
export function groupsApart({ members, needs }: Order): number[][] {
  const groups = new Groups(members)
  for (const member of members) for (const need of needs(member)) groups.join(member, need)
  return [...Map.groupBy(members, (member) => groups.of(member)).values()]
}

/** The groups of which every member of one comes before every member of the next. */
export function groupsInTurn(order: Order): number[][] {
  const { members } = order
  const ready = alwaysBefore(order)
  const groups: number[][] = []
  let end = members.length
  // A group begins where all from there on come after all before.
  let least = end
  for (let at = members.length - 1; at >= 0; at--) {
    least = Math.min(least, ready[at] as number)
    if (least < at) continue
    groups.unshift(members.slice(at, end))
    end = at
  }
  return groups
}

/** For each member, how many of the first members come before it without a gap. */
function alwaysBefore({ members, needs }: Order): number[] {
  const place = new Map(members.map((member, at) => [member, at]))
  const words = (members.length >>> 5) + 1
  const rows: Uint32Array[] = []
  return members.map((member, at) => {
    // A bit for each member that comes before this one.
    const row = new Uint32Array(words)
    for (const need of needs(member)) {
      const theirs = rows[place.get(need) ?? -1]
      theirs?.forEach((bits, word) => {
        row[word] = (row[word] as number) | bits
      })
    }
    const word = row.findIndex((bits) => bits !== 0xffff_ffff)
    const gap = ~(row[word] as number)
    rows.push(row)
    row[at >>> 5] = (row[at >>> 5] as number) | (1 << (at & 31))
    return word * 32 + 31 - Math.clz32(gap & -gap)
  })
}

/** Members that are joined to groups. */
export class Groups {
  private readonly above: Map<number, number>

  constructor(members: readonly number[]) {
    this.above = new Map(members.map((member) => [member, member]))
  }

  /** The member that stands for a member's group. */
  of(member: number): number {
    let top = member
    for (let next = this.above.get(top); next !== top && next !== undefined; ) {
      top = next
      next = this.above.get(top)
    }
    this.above.set(member, top)
    return top
  }

  /** Joins two groups; whether they were two. Whoever is no member is not joined. */
  join(one: number, other: number): boolean {
    if (!this.above.has(one) || !this.above.has(other)) return false
    const [mine, theirs] = [this.of(one), this.of(other)]
    this.above.set(mine, theirs)
    return mine !== theirs
  }
}
