import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  appendToRedirect,
  isPrivateUseRedirect,
  isStillListed,
  listedUriProblem,
  matchRedirectUri,
  redirectHost,
  redirectUriProblem,
} from '../../src/protocol/redirect-uri.js'

const native = { public: true }
const web = { public: false }

describe('redirectUriProblem', () => {
  it.each([
    'https://app.example.com',
    'https://app.example.com/',
    'https://app.example.com/cb',
    'https://app.example.com/cb/',
    'https://app.example.com:8443/cb?tenant=1&x=%20',
    'https://app.example.com/a/~user/@me/b.c;d=1',
    'https://xn--bcher-kva.example/cb',
    'https://192.0.2.1/cb',
    'https://[2001:db8::1]:8443/cb',
    'https://app.example.com/...',
    'http://localhost/cb',
    'http://localhost:3000/cb',
    'http://127.0.0.1/cb',
    'http://127.0.0.1:65535/cb',
    'http://[::1]:8080/cb',
    'http://[::1]',
  ])('allows %s for every client', (uri) => {
    expect([redirectUriProblem(uri, native), redirectUriProblem(uri, web)]).toEqual([null, null])
  })

  it.each(['com.example.app:/cb', 'com.example.app://cb', 'com.example.app:cb', 'net.example-corp.app2:/x?y=1'])(
    'allows the private-use scheme of %s for public clients only (RFC 8252 §8.5)',
    (uri) => {
      expect(redirectUriProblem(uri, native)).toBeNull()
      expect(redirectUriProblem(uri, web)).toMatch(/public clients/)
    },
  )

  it.each([
    ['', 'not an absolute URI'],
    ['app.example.com/cb', 'no scheme; write https://app.example.com/cb'],
    ['localhost:3000/cb', 'no scheme; write http://localhost:3000/cb'],
    ['app.example.com:8443', 'no scheme; write https://app.example.com:8443'],
    ['/cb', 'not an absolute URI'],
    ['//app.example.com/cb', 'not an absolute URI'],
    ['https:', 'not an absolute URI'],
    ['com.example.app:', 'not an absolute URI'],
    ['javascript:alert(1)', 'scheme'],
    ['JavaScript:alert(1)', 'capital'],
    ['java%73cript:alert(1)', 'not an absolute URI'],
    [' javascript:alert(1)', 'character'],
    ['java\tscript:alert(1)', 'character'],
    ['\u0001javascript:alert(1)', 'character'],
    ['data:text/html,x', 'scheme'],
    ['vbscript:x', 'scheme'],
    ['file:///etc/passwd', 'scheme'],
    ['blob:https://app.example.com/x', 'scheme'],
    ['about:blank', 'scheme'],
    ['filesystem:https://app.example.com/x', 'scheme'],
    ['view-source:https://app.example.com', 'scheme'],
    ['ftp://app.example.com/cb', 'scheme'],
    ['ws://app.example.com/cb', 'scheme'],
    ['urn:ietf:wg:oauth:2.0:oob', 'scheme'],
    ['myapp:/cb', 'scheme'],
    ['myapp://cb', 'scheme'],
    ['.app:/cb', 'not an absolute URI'],
    ['com.:/cb', 'scheme'],
    ['com..app:/cb', 'scheme'],
    ['Com.Example.App:/cb', 'capital'],
    ['com.example.app://user@cb', 'user name'],
    ['com.example.app:/a/../b', 'segment'],
    ['com.example.app:/cb#x', 'fragment'],
    ['https://app.example.com/cb#', 'fragment'],
    ['https://app.example.com/cb#x', 'fragment'],
    ['https://user@app.example.com/cb', 'user name'],
    ['https://user:pw@app.example.com/cb', 'user name'],
    ['https://@app.example.com/cb', 'user name'],
    ['https://a@b@app.example.com/cb', 'user name'],
    ['https://app.example.com\\@evil.example/cb', 'character'],
    ['https:\\\\app.example.com/cb', 'character'],
    ['https://app.example.com/c b', 'character'],
    ['https://app.example.com/cb\n', 'character'],
    ['https://app.example.com/cb\0', 'character'],
    ['https://app.example.com/"', 'character'],
    ['https://app.example.com/<x>', 'character'],
    ['https://bücher.example/cb', 'character'],
    ['https://app.example.com/é', 'character'],
    ['https://app.example.com/%', '%'],
    ['https://app.example.com/%zz', '%'],
    ['https://*.example.com/cb', 'wildcard'],
    ['https://app.example.com/*', 'wildcard'],
    ['https://app.example.com/./cb', 'segment'],
    ['https://app.example.com/a/..', 'segment'],
    ['https://app.example.com/a/%2e%2E/b', 'segment'],
    ['https://app.example.com/a/.%2e/b', 'segment'],
    ['https://app.example.com/a/..;/b', 'segment'],
    ['https://app.example.com/a/..%2fb', 'segment'],
    ['https://app.example.com/a%5c..%5cb', 'segment'],
    ['https:app.example.com/cb', 'host'],
    ['https:/app.example.com/cb', 'host'],
    ['https:///app.example.com/cb', 'host'],
    ['https://', 'host'],
    ['https://?x=1', 'host'],
    ['https://App.example.com/cb', 'host'],
    ['HTTPS://app.example.com/cb', 'capital'],
    ['https://app%2eexample.com/cb', 'host'],
    ['https://2130706433/cb', 'host'],
    ['https://127.1/cb', 'host'],
    ['https://[2001:DB8::1]/cb', 'host'],
    ['https://[::1/cb', 'host'],
    ['https://app.example.com:/cb', 'port'],
    ['https://app.example.com:0/cb', 'port'],
    ['https://app.example.com:0443/cb', 'port'],
    ['https://app.example.com:99999/cb', 'host'],
    ['https://app.example.com:44a/cb', 'host'],
    ['http://app.example.com/cb', 'http'],
    ['http://localhost.evil.example/cb', 'http'],
    ['http://127.0.0.1.nip.example/cb', 'http'],
    ['http://127.0.0.2/cb', 'http'],
    ['http://0.0.0.0/cb', 'http'],
    ['http://localhost./cb', 'http'],
    ['http://[::ffff:7f00:1]/cb', 'http'],
    ['http://0x7f.0.0.1/cb', 'host'],
    ['http://127.1/cb', 'host'],
    ['http://[0:0:0:0:0:0:0:1]/cb', 'host'],
    ['http://localhost@evil.example/cb', 'user name'],
    ['http://localhost:8090@evil.example/cb', 'user name'],
    ['http://127.0.0.1:8090%25@example.com', 'user name'],
    [`https://app.example.com/${'x'.repeat(2048)}`, 'longer'],
  ])('refuses %j: %s', (uri, problem) => {
    expect(redirectUriProblem(uri, native)).toContain(problem)
    expect(redirectUriProblem(uri, web)).toContain(problem)
  })
})

describe('the advice for a host beyond ASCII', () => {
  it.each([
    ['https://bücher.example/cb', 'xn--bcher-kva.example'],
    ['https://BÜCHER.example:8443/cb', 'xn--bcher-kva.example'],
    ['https://例え.テスト', 'xn--r8jz45g.xn--zckzah'],
    ['https://ａpp.example/cb', 'app.example'],
  ])('for %s names %s, which is accepted', (uri, host) => {
    expect(redirectUriProblem(uri, web)).toMatch(new RegExp(`; write its host as ${host}$`))
    expect(redirectUriProblem(`https://${host}/cb`, web)).toBeNull()
  })

  it.each(['https://app.example.com/é', 'https://exa mple.com/cb', 'https://\u00ad/cb', 'myapp://bücher/cb'])(
    'is not given for %s',
    (uri) => expect(redirectUriProblem(uri, web)).toMatch(/percent-encode it$/),
  )
})

describe('http beyond loopback, where the operator allows it', () => {
  const allowed = { httpBeyondLoopback: true }
  it.each(['http://web:5173/cb', 'http://192.168.1.20/cb', 'http://[fd00::1]:8080/cb', 'http://localhost/cb'])(
    'is for private hosts such as %s, and only where it is allowed',
    (uri) => {
      expect([redirectUriProblem(uri, native, allowed), redirectUriProblem(uri, web, allowed)]).toEqual([null, null])
      if (!uri.includes('localhost')) expect(redirectUriProblem(uri, web)).toMatch(/uses http/)
    },
  )

  it.each([
    ['http://app.example.com/cb', 'uses http'],
    ['http://192.0.2.1/cb', 'uses http'],
    ['http://127.0.0.1.nip.example/cb', 'uses http'],
    ['http://web@app.example.com/cb', 'user name'],
    ['http://WEB/cb', 'host'],
    ['http://0xa000001/cb', 'host'],
    ['ws://web/cb', 'scheme'],
  ])('refuses %s: %s', (uri, problem) => expect(redirectUriProblem(uri, web, allowed)).toContain(problem))

  it('leaves no port free', () => {
    expect(matchRedirectUri(['http://web/cb'], 'http://web:5173/cb', true)).toBe(false)
  })
})

describe('a listed redirect URI', () => {
  const uri = 'cursor://anysphere.cursor-mcp/oauth/callback'
  const listed = new Set([uri])

  it('may have a scheme without a dot, for public clients only', () => {
    expect(listedUriProblem(uri)).toBeNull()
    expect(redirectUriProblem(uri, native, { privateUseRedirectUris: listed })).toBeNull()
    expect(redirectUriProblem(uri, web, { privateUseRedirectUris: listed })).toMatch(/public clients/)
  })

  it.each([`${uri}/`, `${uri}?x=1`, 'cursor://anysphere.cursor-mcp/oauth', 'cursor:/cb', uri.toUpperCase()])(
    'is compared as a string, so that %s is refused',
    (other) => {
      expect(redirectUriProblem(other, native, { privateUseRedirectUris: listed })).not.toBeNull()
      expect(matchRedirectUri([uri], other, true)).toBe(false)
    },
  )

  const common =
    'javascript data vbscript blob file filesystem about view-source ws wss ftp intent http https httpx http+unix https-x'
  it.each(
    common
      .split(' ')
      .flatMap((scheme) => [scheme, scheme.toUpperCase(), `${scheme[0]?.toUpperCase()}${scheme.slice(1)}`]),
  )('never has the scheme %s', (scheme) => {
    for (const rest of ['//app/cb', ':cb', '/cb'])
      expect(listedUriProblem(`${scheme}:${rest}`)).toMatch(/, which is not an app's own$/)
  })

  it.each([
    ['Cursor://cb', 'capital'],
    ['com.example.app:/cb', 'needs no listing'],
    ['cursor', 'not an absolute URI'],
    ['cursor:', 'not an absolute URI'],
    [' cursor://cb', 'character'],
    ['cursor://cb#x', 'fragment'],
    ['cursor://*', 'wildcard'],
    ['cursor://user@cb', 'user name'],
    ['cursor://a/../b', 'segment'],
    ['cursor://cb?code=1', 'belongs to the answer'],
  ])('is no %j: %s', (wrong, problem) => expect(listedUriProblem(wrong)).toContain(problem))

  it('is no longer one when the list loses it, while others stay', () => {
    const none = new Set<string>()
    expect([isStillListed(uri, listed), isStillListed(uri, none)]).toEqual([true, false])
    const others = ['https://app.example.com/cb', 'http://127.0.0.1:1/cb', 'com.example.app:/cb']
    expect(others.every((other) => isStillListed(other, none))).toBe(true)
  })
})

describe('matchRedirectUri', () => {
  it.each([
    ['https://app.example.com/cb', 'https://app.example.com/cb'],
    ['com.example.app:/cb', 'com.example.app:/cb'],
    ['http://localhost:3000/cb', 'http://localhost:3000/cb'],
  ])('matches %s with the same string, for every client', (registered, requested) => {
    expect(matchRedirectUri([registered], requested, false)).toBe(true)
    expect(matchRedirectUri([registered], requested, true)).toBe(true)
  })

  it.each([
    ['http://127.0.0.1/cb', 'http://127.0.0.1:51004/cb'],
    ['http://127.0.0.1/cb?x=1', 'http://127.0.0.1:1/cb?x=1'],
    ['http://localhost/cb', 'http://localhost:65535/cb'],
    ['http://[::1]/cb', 'http://[::1]:51004/cb'],
    ['http://localhost', 'http://localhost:5000'],
  ])('lets the port be free for %s asked as %s, for every client (RFC 8252 §7.3)', (registered, requested) => {
    expect(matchRedirectUri([registered], requested, true)).toBe(true)
    expect(matchRedirectUri([registered], requested, false)).toBe(true)
  })

  it.each([
    ['http://127.0.0.1:8000/cb', 'http://127.0.0.1/cb'],
    ['http://127.0.0.1:8000/cb?x=1', 'http://127.0.0.1:1/cb?x=1'],
  ])('keeps a port that %s has against %s, but for public clients', (registered, requested) => {
    expect(matchRedirectUri([registered], requested, true)).toBe(true)
    expect(matchRedirectUri([registered], requested, false)).toBe(false)
  })

  it.each([
    ['https://app.example.com/cb', 'https://app.example.com/cb/'],
    ['https://app.example.com/cb', 'https://app.example.com/cb?'],
    ['https://app.example.com/cb', 'https://app.example.com/CB'],
    ['https://app.example.com/cb', 'https://APP.example.com/cb'],
    ['https://app.example.com/cb', 'HTTPS://app.example.com/cb'],
    ['https://app.example.com/cb', 'https://app.example.com:443/cb'],
    ['https://app.example.com/cb', 'https://app.example.com/%63b'],
    ['https://app.example.com/cb', 'https://app.example.com/cb/../evil'],
    ['https://app.example.com/cb', 'https://app.example.com/cb#x'],
    ['https://app.example.com', 'https://app.example.com.evil.example'],
    ['https://app.example.com', 'https://app.example.com@evil.example'],
    ['https://localhost/cb', 'https://localhost:8443/cb'],
    ['http://localhost/cb', 'https://localhost/cb'],
    ['http://localhost/cb', 'http://127.0.0.1/cb'],
    ['http://127.0.0.1/cb', 'http://[::1]/cb'],
    ['http://127.0.0.1/cb', 'http://localhost:80/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:8090/cb/'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:8090/'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:8090/cb?x=1'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:8090/cb#x'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:99999/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:65536/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:0/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:080/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1:-1/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1: 80/cb'],
    ['http://127.0.0.1/cb', 'http://attacker@127.0.0.1/cb'],
    ['http://127.0.0.1/cb', 'http://attacker@127.0.0.1:8090/cb'],
    ['http://127.0.0.1', 'http://127.0.0.1:8090%25@example.com'],
    ['http://localhost', 'http://localhost:8090%25@example.com'],
    ['http://localhost', 'http://localhost:8090@evil'],
    ['http://localhost/cb', 'http://localhost:8090@evil/cb'],
    ['http://localhost/cb', 'http://localhost.evil/cb'],
    ['http://localhost/cb', 'http://LOCALHOST:8090/cb'],
    ['http://localhost/cb', 'HTTP://localhost:8090/cb'],
    ['http://localhost/cb', 'http://localhost:8090\\cb'],
    ['http://localhost/cb', 'http://localhost:8090/cb\n'],
    ['http://localhost/cb', '\nhttp://localhost:8090/cb'],
    ['http://127.0.0.1/cb', 'http://127.1:8090/cb'],
    ['http://127.0.0.1/cb', 'http://127.0.0.1.:8090/cb'],
    ['com.example.app:/cb', 'com.example.app://cb'],
    ['com.example.app:/cb', 'COM.example.app:/cb'],
    ['http://localhost/cb', ''],
  ])('does not match %s with %j, whatever the client is', (registered, requested) => {
    expect(matchRedirectUri([registered], requested, true)).toBe(false)
    expect(matchRedirectUri([registered], requested, false)).toBe(false)
  })

  it('matches nothing when nothing is registered', () => {
    expect(matchRedirectUri([], 'http://localhost/cb', true)).toBe(false)
  })

  it('matches only strings that are registered, or differ from one in the loopback port alone', () => {
    const mostly = (good: string[], odd: string[]) =>
      fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...good) }, { weight: 1, arbitrary: fc.constantFrom(...odd) })
    const scheme = mostly(['http://'], ['https://', 'HTTP://', 'http:/', 'http:'])
    const host = mostly(
      ['localhost', '127.0.0.1', '[::1]'],
      ['evil.example', 'a@localhost', 'localhost.evil', '127.0.0.1%25@x'],
    )
    const port = mostly(['', ':80', ':8090', ':65535'], [':', ':0', ':65536', ':99999', ':8090@evil', ':1e3', ':+1'])
    const rest = mostly(['', '/', '/cb', '/cb?x=1'], ['/cb/', '?x=1', '#f', '/cb#f', '/../cb', '\\cb'])
    const uri = fc.tuple(scheme, host, port, rest).map((parts) => parts.join(''))
    const withoutPort = (text: string) =>
      text.replace(/^(http:\/\/(?:localhost|127\.0\.0\.1|\[::1\])):[1-9]\d{0,4}(?=[/?]|$)/, '$1')
    let loose = 0
    fc.assert(
      fc.property(fc.array(uri, { minLength: 1, maxLength: 30 }), uri, fc.boolean(), (all, requested, isPublic) => {
        const registered = all.filter((one) => redirectUriProblem(one, native) === null)
        if (!matchRedirectUri(registered, requested, isPublic) || registered.includes(requested)) return
        loose++
        expect(registered.map(isPublic ? withoutPort : String)).toContain(withoutPort(requested))
        const [to, known] = [new URL(requested), registered.map((one) => new URL(one))]
        expect(
          known.some((one) => one.hostname === to.hostname && one.pathname === to.pathname && one.search === to.search),
        ).toBe(true)
        expect([to.username, to.password, to.hash]).toEqual(['', '', ''])
      }),
      { numRuns: 1000, seed: 1 },
    )
    expect(loose).toBeGreaterThan(20)
  })
})

describe('what kind of redirect it is', () => {
  it('knows private-use schemes', () => {
    expect(isPrivateUseRedirect('com.example.app:/cb')).toBe(true)
    expect(['https://a/', 'http://localhost/'].some(isPrivateUseRedirect)).toBe(false)
  })

  it.each([
    ['https://app.example.com/cb?x=1', 'app.example.com'],
    ['https://app.example.com:8443/cb', 'app.example.com:8443'],
    ['http://[::1]:3000/cb', '[::1]:3000'],
    ['com.example.app://host/cb', 'com.example.app:'],
  ])('shows %s to people as %s', (uri, shown) => {
    expect(redirectHost(uri)).toBe(shown)
  })
})

describe('appendToRedirect', () => {
  it.each([
    ['https://a.example/cb', 'https://a.example/cb?code=x'],
    ['https://a.example', 'https://a.example?code=x'],
    ['https://a.example/cb?', 'https://a.example/cb?code=x'],
    ['https://a.example/cb?x=%7e+&y', 'https://a.example/cb?x=%7e+&y&code=x'],
    ['https://a.example/cb?x=1&', 'https://a.example/cb?x=1&code=x'],
    ['com.example.app:/cb', 'com.example.app:/cb?code=x'],
  ])('keeps %s byte for byte', (uri, expected) => {
    expect(appendToRedirect(uri, [['code', 'x']])).toBe(expected)
  })

  it('adds nothing, not even a question mark, when there is nothing to add', () => {
    expect(appendToRedirect('https://a.example/cb', [])).toBe('https://a.example/cb')
  })

  it('carries every value through both ways of decoding, in order', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 1 }), (values) => {
        const uri = appendToRedirect(
          'https://a.example/cb?x=1',
          values.map((value, i) => [`p${i}`, value]),
        )
        expect(uri).toMatch(/^[\x21-\x7e]+$/)
        expect([...new URL(uri).searchParams.values()].slice(1)).toEqual(values)
        const added = uri.slice('https://a.example/cb?x=1&'.length)
        expect(added.split('&').map((pair) => decodeURIComponent(pair.split('=')[1] ?? ''))).toEqual(values)
      }),
    )
  })

  it('does not throw on half a surrogate pair', () => {
    expect(appendToRedirect('https://a.example/', [['state', '\ud800']])).toBe('https://a.example/?state=%EF%BF%BD')
  })
})
