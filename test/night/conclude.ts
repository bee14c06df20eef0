import { endNight, type Report, type ReportInput, reportNight } from '../../lib/night/report.ts'

type Tools = Omit<Parameters<typeof reportNight>[0], 'stage'>

/** How the last states of a night end, once people have been told: a report, or what it fails with. */
export async function conclude(
  tools: Tools,
  input: Omit<ReportInput, 'execution' | 'startedAt'>,
): Promise<Report> {
  const execution = `arn:aws:states:us-east-1:111111111111:execution:usher-dev-night:${input.run}`
  const report = await reportNight(
    { ...tools, stage: 'dev' },
    {
      ...input,
      ...{ execution, startedAt: '2026-11-24T03:30:00Z' },
    },
  )
  if (!report.incomplete) return report
  return endNight({ ending: report, redriven: input.redriven })
}
