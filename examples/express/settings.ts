export const port = Number(process.env.PORT ?? 3000)
export const issuer = process.env.ISSUER ?? `http://localhost:${port}`
export const file = process.env.DATABASE ?? 'auth.db'

/** Without https it is for trying out: there is a demo user, and only this machine can reach the app. */
export const isTrial = issuer.startsWith('http:')
