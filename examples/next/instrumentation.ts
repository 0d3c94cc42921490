/** Runs once, when the server starts. */
export async function register() {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  const { startPurging } = await import('grantwright')
  const { auth, issuer, storage } = await import('./lib/auth')
  const { keepDemoUser } = await import('./lib/users')
  await auth.ready() // says now, and not at the first request, what is wrong with the database or the secret
  await keepDemoUser(issuer)
  startPurging(storage, { every: 60_000, onError: console.error })
}
