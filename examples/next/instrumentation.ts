/** Runs once, when the server starts. */
export async function register() {
  if (process.env.NEXT_RUNTIME !== 'nodejs') return
  const { auth } = await import('./lib/auth')
  const { demoUsers } = await import('./lib/demo-users')
  await auth.ready() // says now, and not at the first request, what is wrong with the database or the secret
  for (const { username, password } of demoUsers) console.log(`Log in as ${username} / ${password}`)
}
