/**
 * A page with oidc-client-ts, and nothing behind it. The tests look into it as `users`, its UserManager.
 *
 * @module
 */
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'

const library = join(import.meta.dirname, 'node_modules/oidc-client-ts/dist/browser/oidc-client-ts.min.js')

const page = (authority: string) => `<!doctype html>
<html lang="en">
<link rel="icon" href="data:,">
<title>The Forum</title>
<h1>The Forum</h1>
<button onclick="users.signinRedirect()">Log in</button>
<button onclick="users.signoutRedirect({ state: 'goodbye' })">Log out</button>
<output></output>
<script src="/oidc-client-ts.js"></script>
<script>
  const users = new oidc.UserManager({
    authority: '${authority}',
    client_id: 'forum',
    redirect_uri: location.origin + '/callback',
    silent_redirect_uri: location.origin + '/silent',
    post_logout_redirect_uri: location.origin + '/bye',
    scope: 'openid profile email offline_access',
    loadUserInfo: true,
    automaticSilentRenew: false,
  })
  const ways = {
    '/callback': () => users.signinCallback().then(({ profile }) => profile.name + ' <' + profile.email + '>'),
    '/silent': () => users.signinCallback(),
    '/bye': () => users.signoutCallback().then(({ userState }) => userState),
    '/': () => users.getUser().then((user) => user?.profile.sub ?? 'Nobody'),
  }
  const say = (text) => { document.querySelector('output').textContent = text }
  ways[location.pathname]().then(say, say)
</script>
</html>`

/** @param port where it is, on localhost. @param authority the provider. */
export async function startBrowserApp(port: number, authority: string): Promise<() => Promise<void>> {
  const server = createServer((request, response) => {
    const isLibrary = request.url === '/oidc-client-ts.js'
    response.setHeader('content-type', isLibrary ? 'text/javascript' : 'text/html')
    response.end(isLibrary ? readFileSync(library) : page(authority))
  })
  server.listen(port, 'localhost')
  await once(server, 'listening')
  return async () => {
    server.closeAllConnections()
    server.close()
    await once(server, 'close')
  }
}
