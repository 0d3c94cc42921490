import express from 'express'
import { authorizationServer } from 'grantwright/express'
import { host, provider } from '../settings.js'
import { auth } from './auth.js'
import { demoUsers } from './demo-users.js'
import { home } from './home.js'

const app = express()
app.use(authorizationServer(auth)) // before body parsers
app.use((_req, res, next) => {
  res.set('Content-Security-Policy', "default-src 'self'; img-src data:; frame-ancestors 'none'")
  next()
})
app.use(express.static('public'))
app.get('/', (_req, res) => res.send(home))

await auth.ready() // says now, and not at the first request, what is wrong with the database or the secret

app.listen({ port: provider.port, host }, (error?: Error) => {
  console.log(error ? `Cannot start: ${error.message}` : `The provider is at ${provider.url}`)
  if (error) process.exit(1)
  for (const { username, password } of demoUsers) console.log(`Log in as ${username} / ${password}`)
})
