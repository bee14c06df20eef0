// Loads a module and says what that took, in milliseconds. No TypeScript: stripping types takes time too.
const start = performance.now()
const before = process.cpuUsage()
await import(process.argv[2])
const { user, system } = process.cpuUsage(before)
process.stdout.write(
  JSON.stringify({ cpu: (user + system) / 1000, wall: performance.now() - start }),
)
process.exit()
