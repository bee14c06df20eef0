import { isOwn, writes } from './calls.ts'
import type { Plan, Trial } from './plan.ts'
import type { Stage } from './stage.ts'
import { type Story, stories } from './stories.ts'
import { calmStory, tell } from './tale.ts'

/** The stories of each table that has any. */
export const plansOfStories = (stage: Stage): Plan[] =>
  Object.entries<Story>(stories).flatMap(([kind, story]) =>
    story.tables
      .filter((table) => stage.graph.has(table))
      .map((table, index) => ({
        ...{ kind, table },
        trials: () => trialsOfStory(stage, { kind, story, table, isFirst: index === 0 }),
      })),
  )

async function trialsOfStory(
  stage: Stage,
  { kind, story, table, isFirst }: { kind: string; story: Story; table: string; isFirst: boolean },
): Promise<Trial[]> {
  const calm = await calmStory(stage, story, table)
  const calls = isFirst ? calm.calls : calm.calls.filter(isOwn)
  return story.ways.flatMap((way) => {
    // Who dies leaves the same behind until something is written again.
    const chosen = way.startsWith('dies') ? calls.filter(writes) : calls
    return chosen.map((call) => ({
      ...{ kind, table, mishap: `in a story, it ${way} it`, call },
      attempt: () => tell(stage, story, { table, way, at: call.number, calm }),
    }))
  })
}
