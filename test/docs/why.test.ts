/** docs/why-does-my-client-fail.md speaks of what there is: reasons, codes, fields and the line on the console. */
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, expect, it, vi } from 'vitest'
import { printer } from '../../src/construction/console.js'
import { authorizationParameters } from '../../src/protocol/authorization-request.js'
import { nearestHint } from '../../src/protocol/hint.js'
import { clientFieldNames } from '../../src/protocol/parse-client-metadata.js'
import { typesOf } from '../support/doc-tables.js'
import { vocabulary } from '../support/tables.js'

const page = readFileSync(join(resolve(import.meta.dirname, '../..'), 'docs/why-does-my-client-fail.md'), 'utf8')
const prose = page.replaceAll(/^```[\s\S]*?^```/gm, '')

const { membersOf, textOf, checker } = typesOf([
  ...['src/edge/errors.ts', 'src/edge/events.ts', 'src/resource/challenge.ts'],
  ...['src/authorize/authorization-response.ts'],
])
const names = (path: string, type: string) => membersOf(path, type).map(textOf)

/** Names of other specifications that the page speaks of. */
const others = ['offline_access', 'client_credentials', 'proxy_cookie_path', 'code_verifier']

describe('the page about failing clients', () => {
  it('names no reason, code, field or parameter that does not exist', () => {
    const events = membersOf('src/edge/events.ts', 'ServerEvent').flatMap((event) =>
      checker.getPropertiesOfType(event).flatMap((member) => {
        const type = checker.getTypeOfSymbol(member)
        return type.isStringLiteral() ? [member.name, type.value] : [member.name]
      }),
    )
    const known = new Set([
      ...names('src/edge/errors.ts', 'RefusalReason'),
      ...names('src/authorize/authorization-response.ts', 'AuthorizationErrorCode'),
      ...names('src/resource/challenge.ts', 'ResourceErrorCode'),
      ...[...events, ...authorizationParameters, ...clientFieldNames, ...others],
      ...[...vocabulary.grantTypes.keys(), ...vocabulary.authenticationMethods.keys()],
    ])
    const named = [...prose.matchAll(/`([a-z]+(?:_[A-Za-z]+)+)`/g)].map(([, name = '']) => name)
    expect(named.length).toBeGreaterThan(40)
    expect([...new Set(named)].filter((name) => !known.has(name))).toEqual([])
  })

  it('shows the line as the console says it', () => {
    const warn = vi.spyOn(console, 'warn').mockImplementation(() => {})
    const redirectUri = 'http://localhost:5173/callback/'
    printer('http://localhost:3000').print({
      ...{
        type: 'refused',
        at: 0,
        endpoint: 'authorize',
        error: 'invalid_request',
        clientId: 'notes-web',
        redirectUri,
      },
      reason: 'redirect_uri_not_registered',
      description: 'redirect_uri is not one that is registered for the client.',
      hint: nearestHint(redirectUri, ['http://localhost:5173/callback']),
      reference: 'k3vYq0ZsW1xA',
    })
    const [[line] = []] = warn.mock.calls
    warn.mockRestore()
    const [, shown = ''] = /```\n(grantwright:[\s\S]*?)```/.exec(page) ?? []
    expect(shown.trim().replaceAll('\n', ' ')).toBe(line)
  })
})
