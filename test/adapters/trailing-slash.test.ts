/**
 * One slash at the end of each path, as frameworks and proxies put it there (`trailingSlash` of Next.js). What the server names is
 * without it; who comes with it is served.
 */
import { describe, expect, it, vi } from 'vitest'
import { routeHandlers } from '../../adapters/next.js'
import { flowTests } from '../../adapters/testing/flow.js'
import { type Site, siteAt } from '../../adapters/testing/site.js'
import { adapterTestServer } from '../../adapters/testing.js'
import { apps, listen } from './apps.js'

const issuers = ['http://localhost:4433', 'http://localhost:4433/tenant']

/** A site where each path of the server is asked for with a slash at its end. */
const withSlash = (site: Site): Site => ({
  ...site,
  send: (url, init) => site.send(/\/(oauth|\.well-known)\//.test(url) ? url.replace(/(?=\?|$)/, '/') : url, init),
})

describe.each(Object.entries(apps))('%s', (_, app) => {
  describe.each(issuers)('for the issuer %s, with a slash at the end of each path', (issuer) => {
    flowTests((name, run) =>
      it(name, async () => {
        vi.spyOn(console, 'warn').mockReturnValue()
        const { origin, close } = await listen(app(adapterTestServer(issuer)))
        await run(withSlash(siteAt(issuer, origin))).finally(close)
      }),
    )
  })
})

describe('the console line of the Next adapter', () => {
  const started = () => {
    const warn = vi.spyOn(console, 'warn').mockReturnValue()
    warn.mockClear()
    const { GET, POST } = routeHandlers(adapterTestServer('http://localhost:4433'))
    const lines = async (...paths: string[]) => {
      for (const path of paths) for (const handler of [GET, POST]) await handler(new Request(`http://localhost${path}`))
      return warn.mock.calls.map(([line]) => String(line))
    }
    return lines
  }

  it('names skipTrailingSlashRedirect once, when a path comes with the slash that trailingSlash adds', async () => {
    const [line, ...more] = await started()('/oauth/jwks/?a=b', '/oauth/token/', '/oauth/token/')
    expect(line).toMatch(/\/oauth\/jwks\/,.*`trailingSlash: true`.*`skipTrailingSlashRedirect: true`/)
    expect([line, more]).toEqual([expect.not.stringContaining('?'), []])
  })

  it('is not there for a path as the server names it, and not for one that is none of its', async () => {
    expect(await started()('/oauth/jwks', '/oauth/token?a=/', '/oauth/', '/oauth/x/', '/oauth/jwks//')).toEqual([])
  })
})
