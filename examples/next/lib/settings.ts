export const issuer = process.env.ISSUER ?? `http://localhost:${process.env.PORT ?? 3000}`
export const file = process.env.DATABASE ?? 'auth.db'

/** Without https it is for trying out: there is a demo user, unless `npm run live` lets other machines in. */
export const isTrial = issuer.startsWith('http:') && process.env.npm_lifecycle_event !== 'live'
