/** Runs once, when the server starts. */
export async function register() {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  const { startPurging } = await import('grantwright')
  const { auth, storage } = await import('./lib/auth')
  const { isTrial } = await import('./lib/settings')
  await auth.ready() // says now, and not at the first request, what is wrong with the database or the secret
  startPurging(storage, { every: 60_000, onError: console.error })
  if (isTrial) console.log('Log in as ada / analytical-engine')
}
