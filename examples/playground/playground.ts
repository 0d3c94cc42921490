/**
 * The playground: an authorization server, a demo client and a demo API. All three live in one process on one origin, because
 * that is easy to start; they talk to each other by HTTP all the same.
 *
 * @module
 */
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import express, { type RequestHandler } from 'express'
import { authorizationServer } from 'grantwright/express'
import { sqliteStorage } from 'grantwright/storage/sqlite'
import Database from 'libsql'
import { notesApi } from './api.js'
import { createAuth, resourceOf, scopes } from './auth.js'
import { clientsOf } from './clients.js'
import { demoClient } from './demo-client.js'
import { listenOnLoopback } from './listen.js'
import { recorded } from './recorded.js'
import { readSecrets } from './secrets.js'
import { openSessions } from './sessions.js'
import { demoUsers, openUsers } from './users.js'

export interface PlaygroundOptions {
  /** 0 for any that is free. */
  readonly port: number
  /** Where everything that must survive a restart is kept. */
  readonly dataDir: string
  /** The clock of the authorization server and of the demo client, in epoch milliseconds. @default Date.now */
  readonly now?: (() => number) | undefined
}

/** @throws an error with the code `EADDRINUSE` when the port is taken. Whatever it throws, it lets the port go. */
export async function startPlayground({ port, dataDir, now = Date.now }: PlaygroundOptions) {
  const http = await listenOnLoopback(port)
  try {
    const { app, close } = await open(http.port, dataDir, now)
    http.serve(app)
    return {
      url: `http://localhost:${http.port}`,
      users: demoUsers,
      async close() {
        await http.close()
        await close()
      },
    }
  } catch (error) {
    await http.close()
    throw error
  }
}

async function open(port: number, dataDir: string, now: () => number) {
  mkdirSync(dataDir, { recursive: true })
  const database = new Database(join(dataDir, 'auth.db'))
  // A connection of its own, so that no transaction of the app is in its way.
  const storageDatabase = new Database(join(dataDir, 'auth.db'))
  const storage = sqliteStorage(storageDatabase)
  // The client is somebody else: in real life it is another program, with a database of its own.
  const clientDatabase = new Database(join(dataDir, 'client.db'))
  const users = await openUsers(database)

  const issuer = `http://localhost:${port}`
  const secrets = readSecrets(dataDir)
  const clients = clientsOf(issuer, secrets)
  const auth = createAuth({ issuer, storage, users, clients: Object.values(clients), secret: secrets.server, now })
  const sessions = openSessions(clientDatabase, port)
  const client = demoClient({ issuer, clients, sessions, now })

  const app = express()
  app.disable('x-powered-by')
  app.use(onlyLoopback(port))
  // All that a script needs to talk to the running server.
  app.get('/playground.json', (_req, res) => {
    res.json({
      issuer,
      metadata_url: `${issuer}/.well-known/oauth-authorization-server`,
      users: demoUsers,
      clients: Object.values(clients).map((client) => ({ redirect_uris: [], ...client })),
      resource: resourceOf(issuer),
      scopes: Object.keys(scopes),
    })
  })
  // In your app this is `app.use(authorizationServer(auth))`. Here it goes through a recorder, so that the page can show
  // what the browser and the server said to each other.
  app.use(authorizationServer(recorded(auth, sessions, client.afterVisit)))
  app.use('/api', notesApi(auth))
  app.use('/demo', client.routes)
  app.use(securityHeaders, express.static(fileURLToPath(new URL('public', import.meta.url))))

  return {
    app,
    async close() {
      await auth.close()
      storage.close()
      storageDatabase.close()
      database.close()
      clientDatabase.close()
    },
  }
}

/**
 * A web site somewhere may give its own name the address 127.0.0.1 and then talk to this server as if it were its own. The
 * `Host` header tells.
 */
function onlyLoopback(port: number): RequestHandler {
  const hosts = ['localhost', '127.0.0.1', '[::1]'].flatMap((name) => [
    `${name}:${port}`,
    ...(port === 80 ? [name] : []),
  ])
  return (req, res, next) => {
    const host = req.headers.host ?? ''
    if (!hosts.includes(host)) res.status(421).type('text').send(`Open http://localhost:${port} instead.\n`)
    // The cookies of the login belong to the issuer's host, so people are brought there.
    else if (req.path === '/' && host !== hosts[0]) res.redirect(`http://localhost:${port}/`)
    else next()
  }
}

const securityHeaders: RequestHandler = (_req, res, next) => {
  res.set({
    'content-security-policy':
      "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    'referrer-policy': 'no-referrer',
    'x-content-type-options': 'nosniff',
    // The files change with the version of the library.
    'cache-control': 'no-cache',
  })
  next()
}
