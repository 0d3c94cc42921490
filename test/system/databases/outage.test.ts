/**
 * The database goes away under a server that is in use, and comes back: meanwhile everybody is told to come again, and
 * afterwards nothing is lost.
 */
import { afterEach, describe, expect, it } from 'vitest'
import type { AuthorizationServer } from '../../../src/server.js'
import type { Storage } from '../../../src/storage/contract.js'
import { formOf, issueCodes, parsedToken, refreshForm, storedGrant } from './approvals.js'
import { type Connected, documentedIoredis, documentedNodeRedis, documentedPostgres } from './documented-clients.js'
import { startPostgres } from './engines.js'
import { startRedis } from './redis-server.js'
import { type Answer, post, serverOver } from './server.js'

interface Database {
  readonly storage: Storage
  goAway(): Promise<void>
  comeBack(): Promise<void>
  remove(): Promise<void>
}

const databases: readonly { name: string; start(): Promise<Database> }[] = [
  { name: 'Postgres', start: postgres },
  { name: 'Redis, over ioredis', start: () => redis(documentedIoredis) },
  { name: 'Redis, over node-redis', start: () => redis(documentedNodeRedis) },
]

// The clock stands still, so that what is refused is not refused for its age.
const now = Date.now()

describe.each(databases)('$name that goes away', ({ start }) => {
  let database: Database | undefined
  afterEach(() => database?.remove())

  it('is a 503 with Retry-After to everybody, until it is back, and costs nobody anything', async () => {
    database = await start()
    const { storage, goAway, comeBack } = database
    const server = serverOver(storage, () => now)
    const [[waiting, revoked, spent], busy] = [await issueCodes(storage, 3, now), await issueCodes(storage, 8, now)]
    if (!waiting || !revoked || !spent) throw new Error('no codes')
    const revokedToken = tokenOf(await post(server, revoked.form))
    const spentToken = tokenOf(await post(server, spent.form))
    const clients = await Promise.all(
      busy.map(async ({ grantId, form }): Promise<Client> => {
        return { grantId, token: tokenOf(await post(server, form)), told: [], isDone: false }
      }),
    )
    expect((await post(server, formOf({ token: revokedToken }), '/oauth/revoke')).status).toBe(200)

    // Clients are busy while it goes away, all the time that it is away, and when it comes back.
    const used = Promise.all(clients.map((client) => refreshOnAndOn(server, client)))
    await until(() => clients.every(({ told }) => told.length > 3))
    await goAway()
    for (const form of [waiting.form, spent.form, refreshForm(spentToken)]) expectUnavailable(await post(server, form))
    expectUnavailable(await post(server, formOf({ token: spentToken }), '/oauth/revoke'))
    const refused = clients.map(({ told }) => told.length)
    await until(() => clients.every(({ told }, index) => told.length > (refused[index] ?? 0) + 3))
    const downSince = Date.now()
    await until(() => Date.now() - downSince > 2000)
    await comeBack()
    const back = clients.map(({ told }) => told.filter(isServed).length)
    await until(() => clients.every(({ told }, index) => told.filter(isServed).length > (back[index] ?? 0) + 3))
    for (const client of clients) client.isDone = true
    await used

    for (const { told } of clients) {
      for (const answer of told) if (!isServed(answer)) expectUnavailable(answer)
      expect(told.some((answer) => !isServed(answer))).toBe(true)
    }
    // Nothing was lost: neither what was true, nor what had ended.
    for (const { grantId, token } of clients) {
      expect(await storedGrant(storage, grantId)).toMatchObject({
        status: 'active',
        refresh: { generation: parsedToken(token).generation },
      })
    }
    expect((await post(server, waiting.form)).status).toBe(200)
    expect((await post(server, refreshForm(revokedToken))).status).toBe(400)
    expect((await post(server, refreshForm(spentToken))).status).toBe(200)
    expect((await post(server, spent.form)).status).toBe(400)
    expect(await storedGrant(storage, spent.grantId)).toMatchObject({ status: 'revoked', because: 'replay' })
  })
})

interface Client {
  readonly grantId: string
  /** The newest that it was given. */
  token: string
  readonly told: Answer[]
  isDone: boolean
}

/** Presents what it was given last, again and again, and holds on to it when it is told to come again. */
async function refreshOnAndOn(server: AuthorizationServer, client: Client): Promise<void> {
  while (!client.isDone && client.told.length < 100_000) {
    const answer = await post(server, refreshForm(client.token))
    client.told.push(answer)
    if (isServed(answer)) client.token = tokenOf(answer)
    else if (answer.status !== 503) return
    // A request in a tight loop would leave no turn to anybody else.
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

const isServed = ({ status }: Answer): boolean => status === 200

const tokenOf = ({ status, body, token }: Answer): string => {
  if (token === undefined) throw new Error(`no token: ${status} ${body}`)
  return token
}

/** Nothing of the driver's error is told. */
function expectUnavailable(answer: Answer): void {
  expect(answer).toEqual({
    status: 503,
    retryAfter: '1',
    body: expect.stringMatching(
      /^\{"error":"temporarily_unavailable","error_description":"Try again in a moment\.[ \w,]*\.?"\}$/,
    ),
    token: undefined,
  })
}

async function until(isSo: () => boolean): Promise<void> {
  for (let attempt = 0; !isSo(); attempt++) {
    if (attempt === 6000) throw new Error('It did not come to that within a minute.')
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

async function postgres(): Promise<Database> {
  const server = await startPostgres()
  const { storage, end } = await documentedPostgres(`postgres://postgres@127.0.0.1:${server.port}/postgres`)
  return {
    storage,
    goAway: server.stop,
    comeBack: server.start,
    async remove() {
      await end()
      await server.remove()
    },
  }
}

/** Every answered write is on disk, so a crash loses nothing. */
async function redis(connect: (url: string) => Promise<Connected>): Promise<Database> {
  const server = await startRedis(['--appendonly', 'yes', '--appendfsync', 'always'])
  const { storage, end } = await connect(`redis://127.0.0.1:${server.port}`)
  return {
    storage,
    goAway: server.crash,
    comeBack: server.restart,
    async remove() {
      end()
      await server.stop()
    },
  }
}
