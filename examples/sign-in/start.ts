/** Builds the forum, starts all three, and ends all three. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { forum, host, provider, secrets } from './settings.js'

const next = 'node_modules/next/dist/bin/next'
// All that the forum knows: it could stand on another machine. AUTH_URL and AUTH_SECRET are Auth.js' own names.
const forumEnv = {
  AUTH_URL: forum.url,
  AUTH_SECRET: secrets.forumSessions,
  ISSUER: provider.url,
  CLIENT_SECRET: secrets.forumClient,
}

const running = new Set<ChildProcess>()
let isEnding = false

function start(args: string[], env?: Record<string, string>) {
  const child = spawn(process.execPath, args, { stdio: 'inherit', env: { ...process.env, ...env } })
  running.add(child)
  return once(child, 'exit').then(([code]) => {
    running.delete(child)
    return code
  })
}

function endAll(code: number) {
  process.exitCode = code
  isEnding = true
  for (const child of running) child.kill()
}
process.on('SIGINT', () => endAll(0)).on('SIGTERM', () => endAll(0))

const built = await start([next, 'build', 'forum'], forumEnv)
if (built !== 0 && !isEnding) endAll(built ?? 1)
if (!isEnding) {
  const at = host ? ['-H', host] : []
  const apps = [
    start(['--import', 'tsx', 'provider/server.ts']),
    start(['--import', 'tsx', 'reader/server.ts']),
    start([next, 'start', 'forum', '-p', String(forum.port), ...at], forumEnv),
  ]
  // Whichever ends takes the others along.
  for (const app of apps) app.then((code) => isEnding || endAll(code ?? 1))
}
