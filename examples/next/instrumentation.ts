/** Runs once, when the server starts. */
export async function register() {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  const { auth } = await import('./lib/auth')
  const { isTrial } = await import('./lib/settings')
  await auth.ready() // says now, and not at the first request, what is wrong with the database or the secret
  if (isTrial) console.log('Log in as ada / analytical-engine')
}
