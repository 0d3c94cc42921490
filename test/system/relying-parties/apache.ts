/**
 * Apache with mod_auth_openidc, in one process and a folder of its own. `/secure/` is for people who are logged in, and shows what programs there
 * would find in their environment.
 *
 * @module
 */
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startProcess } from '../../support/server-process.js'
import { secret } from './provider.js'

const head = '<!doctype html><html lang="en"><link rel="icon" href="data:,"><title>The Forum</title>'

const configuration = (folder: string, port: number, issuer: string) => `
ServerRoot "${folder}"
PidFile "${folder}/pid"
ErrorLog "${folder}/log"
Listen 127.0.0.1:${port}
ServerName localhost:${port}
User www-data
Group www-data
DocumentRoot "${folder}/site"
${['mpm_event', 'authn_core', 'authz_core', 'authz_user', 'dir', 'include', 'auth_openidc']
  .map((name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`)
  .join('\n')}
<Directory "${folder}/site">
  ForceType text/html
  Options +Includes
  SetOutputFilter INCLUDES
</Directory>

OIDCProviderMetadataURL ${issuer}/.well-known/openid-configuration
OIDCClientID forum
OIDCClientSecret "${secret}"
OIDCRedirectURI http://localhost:${port}/secure/redirect_uri
OIDCCryptoPassphrase "${secret}"
OIDCScope "openid profile email"
OIDCPKCEMethod S256
OIDCInfoHook access_token refresh_token id_token session
<Location /secure/>
  AuthType openid-connect
  Require valid-user
</Location>
`

export interface Apache {
  /** What it has written to its log. */
  said(): string
  stop(): Promise<void>
}

/** @param port where it is, on localhost. @param issuer the provider. */
export async function startApache(port: number, issuer: string): Promise<Apache> {
  const folder = mkdtempSync(join(tmpdir(), 'grantwright-apache-'))
  // Started by root, it becomes somebody else.
  chmodSync(folder, 0o755)
  mkdirSync(join(folder, 'site/secure'), { recursive: true })
  writeFileSync(join(folder, 'apache.conf'), configuration(folder, port, issuer))
  writeFileSync(join(folder, 'site/bye.html'), `${head}<h1>Goodbye</h1></html>`)
  writeFileSync(join(folder, 'site/secure/index.html'), `${head}<pre><!--#printenv --></pre></html>`)
  const log = join(folder, 'log')
  const said = () => (existsSync(log) ? readFileSync(log, 'utf8') : '')
  const leave = () => rmSync(folder, { recursive: true, force: true })
  const isUp = () => fetch(`http://localhost:${port}/bye.html`)
  // Of this environment it gets nothing: it would look for the provider on this machine behind the proxy that `http_proxy` names.
  const options = { cwd: folder, env: {} }
  const up = startProcess('/usr/sbin/apache2', ['-X', '-f', join(folder, 'apache.conf')], options, isUp)
  const end = await up.catch((error: Error) => {
    const why = said()
    leave()
    throw new Error(`${error.message}${why}`)
  })
  return {
    said,
    async stop() {
      await end('SIGTERM')
      leave()
    },
  }
}
