/**
 * The way out of our own, against a name server and a server that mean harm. Whatever they do, no connection is opened to an address
 * that strangers do not reach.
 *
 * @module
 */
import { gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Documents, Fetched } from '../../src/guarded-fetch/contract.js'
import { isPublicAddress } from '../../src/protocol/public-address.js'
import { listen } from '../adapters/apps.js'
import { type Hostile, INWARD, json, openHostile, PUBLIC } from './hostile.js'

let hostile: Hostile
let documents: Documents
beforeEach(async () => {
  hostile = await openHostile()
  documents = hostile.documents()
})
afterEach(() => hostile.close())

const from = { address: '198.51.100.7' }
const get = (url = 'https://docs.example/client.json') => documents.get(url, from)
const outcome = (fetched: Fetched) => (fetched.ok ? 'ok' : fetched.problem)
/** For what goes on for ever. */
const impatient = () => hostile.documents({}, { deadline: 300 })

describe('a document', () => {
  it('comes from the address that was checked, over TLS for the name of its host', async () => {
    expect(await get('https://docs.example/a/client.json?x=1')).toEqual({
      ok: true,
      json: { hello: 'world' },
      freshFor: undefined,
    })
    expect(hostile.connections).toEqual([PUBLIC])
    const [request] = hostile.requests
    expect(request?.url).toBe('/a/client.json?x=1')
    expect(request?.headers).toEqual({
      accept: 'application/json',
      'accept-encoding': 'identity',
      connection: 'close',
      host: 'docs.example',
      'user-agent': 'grantwright',
    })
  })

  it.each([
    ['application/json', {}],
    ['Application/JSON ; charset=utf-8', {}],
    ['application/client-metadata+json', {}],
    ['application/json', { 'content-encoding': 'identity' }],
  ])('may be %s %j', async (type, headers) => {
    hostile.answer = json({ hello: 'world' }, { 'content-type': type, ...headers })
    expect(outcome(await get())).toBe('ok')
  })

  it('may be as large as 64 KB', async () => {
    hostile.answer = json(JSON.stringify({ x: 'x'.repeat(65_528) }))
    expect(outcome(await get())).toBe('ok')
  })

  it('says how long it is fresh', async () => {
    hostile.answer = json({}, { 'cache-control': 'max-age=600', age: '60' })
    expect(await get()).toMatchObject({ ok: true, freshFor: 540_000 })
  })

  it('is asked for again by who asks later, and once by those who ask together', async () => {
    expect((await Promise.all([get(), get(), get()])).map(outcome)).toEqual(['ok', 'ok', 'ok'])
    expect(hostile.requests).toHaveLength(1)
    await get()
    expect(hostile.requests).toHaveLength(2)
  })

  it('is found at the second address, when nobody is at the first', async () => {
    // Nothing is routed there from here; were it, the next one would be tried as well.
    documents = hostile.documents({}, { isPublic: () => true })
    hostile.names['docs.example'] = [['255.255.255.255', PUBLIC]]
    expect(outcome(await get())).toBe('ok')
    expect(hostile.connections).toEqual([PUBLIC])
  })
})

describe('a name that leads inward is not connected to:', () => {
  const inward = [
    ...['127.0.0.1', '127.0.0.2', '0.0.0.0', '10.0.0.1', '100.64.0.1', '169.254.169.254', '172.16.0.1', '192.168.1.1'],
    ...[
      '198.18.0.1',
      '224.0.0.1',
      '255.255.255.255',
      '::1',
      '::',
      '::ffff:127.0.0.1',
      '::ffff:10.0.0.1',
      '::127.0.0.1',
    ],
    ...['64:ff9b::127.0.0.1', '64:ff9b::169.254.169.254', '64:ff9b:1::7f00:1', '2002:7f00:1::', '2001:0:1::1'],
    ...['fc00::1', 'fd00:ec2::254', 'fe80::1', 'fec0::1', 'ff02::1', '100::1', '2001:db8::1'],
  ]
  it.each(inward)('%s', async (address) => {
    documents = hostile.documents({}, { isPublic: isPublicAddress })
    hostile.names['docs.example'] = [[address]]
    expect(await get()).toMatchObject({ ok: false, problem: 'address_not_allowed' })
    expect(hostile.connections).toEqual([])
  })

  it.each([
    ['the last of many', [...Array.from({ length: 20 }, (_, i) => `8.8.4.${i}`), INWARD]],
    ['beside the good one', [PUBLIC, INWARD]],
    ['before the good one', [INWARD, PUBLIC]],
    ['in IPv6 beside the good one in IPv4', [PUBLIC, '::1']],
    ['mapped beside the good one', [PUBLIC, '::ffff:127.0.0.2']],
  ])('also when it is one of several, %s', async (_, addresses) => {
    hostile.names['docs.example'] = [addresses]
    expect(await get()).toMatchObject({ ok: false, problem: 'address_not_allowed' })
    expect(hostile.connections).toEqual([])
  })

  it('nor when it did not a moment ago', async () => {
    hostile.names['docs.example'] = [[PUBLIC], [INWARD]]
    expect(outcome(await get())).toBe('ok')
    expect(hostile.connections).toEqual([PUBLIC])
    expect(outcome(await get('https://docs.example/second.json'))).toBe('address_not_allowed')
    expect(hostile.connections).toEqual([PUBLIC])
  })

  it('a name is asked for once in a fetch, so that no second answer can lead elsewhere', async () => {
    hostile.names['docs.example'] = [[PUBLIC], [INWARD]]
    expect(outcome(await get())).toBe('ok')
    expect(hostile.questions.toSorted()).toEqual(['A docs.example', 'AAAA docs.example'])
    expect(hostile.connections).toEqual([PUBLIC])
  })

  it.each(['localhost', 'sub.localhost', 'localhost.localdomain', 'ip6-localhost'])('%s', async (host) => {
    hostile.names[host] = [[INWARD]]
    expect(outcome(await get(`https://${host}/`))).toMatch(/^(url|address)_not_allowed$/)
    expect(hostile.connections).toEqual([])
  })
})

describe('a URL is refused before anybody is asked:', () => {
  it.each([
    ...['https://127.0.0.1/', 'https://127.1/', 'https://2130706433/', 'https://0x7f000001/', 'https://0x7f.1/'],
    ...['https://0177.0.0.1/', 'https://017700000001/', 'https://127.0.0.1./', 'https://0/', 'https://10.0.0.1/'],
    ...['https://169.254.169.254/latest/meta-data', 'https://0251.0376.0251.0376/', 'https://100.64.0.1/'],
    ...['https://[::1]/', 'https://[0:0:0:0:0:0:0:1]/', 'https://[::ffff:127.0.0.1]/', 'https://[::ffff:7f00:1]/'],
    ...['https://[64:ff9b::7f00:1]/', 'https://[64:ff9b::10.0.0.1]/', 'https://[fd00::1]/', 'https://[fe80::1]/'],
    ...['https://%31%32%37.0.0.1/', 'https://[2002:7f00:1::]/', 'https://[::127.0.0.1]/'],
  ])('%s', async (url) => {
    documents = hostile.documents({}, { isPublic: isPublicAddress })
    expect(await get(url)).toMatchObject({ ok: false, problem: 'address_not_allowed', status: undefined })
    expect([hostile.questions, hostile.connections]).toEqual([[], []])
  })

  it.each([
    ...['http://docs.example/', 'http://docs.example:443/', 'https://docs.example:8443/', 'https://docs.example:80/'],
    ...[
      'https://user@docs.example/',
      'https://:secret@docs.example/',
      'https://@docs.example/',
      'https:user@docs.example/',
    ],
    ...['https://docs.example/#', 'https://docs.example/#part', 'https://docs.example\\@evil.example/'],
    ...['https://docs.example/a b', 'https://docs.example/\n', ' https://docs.example/', 'https://docs.example/\t'],
    ...['https://docs。example/', 'https://döcs.example/', 'https://１２７.0.0.1/', 'https://docs.example/ü'],
    ...[
      'https://localhost/',
      'https://localhost./',
      'https://docs.example./',
      'https://intranet/',
      'https://docs.example../',
    ],
    ...['', 'docs.example', '//docs.example/', 'https://', 'file:///etc/passwd', 'data:application/json,{}'],
    ...[
      'ftp://docs.example/',
      'javascript:alert(1)',
      'blob:https://docs.example/x',
      'https://[::1%25lo]/',
      'https://[::1',
    ],
    ...['https://127.0.0.1.5/', `https://docs.example/${'x'.repeat(2_100)}`],
  ])('%j', async (url) => {
    expect(await get(url)).toMatchObject({ ok: false, problem: 'url_not_allowed' })
    expect([hostile.questions, hostile.connections]).toEqual([[], []])
  })
})

describe('a server with bad intentions gets no further with', () => {
  it.each([301, 302, 303, 307, 308])('a redirect inward (%s)', async (status) => {
    hostile.answer = (_, res) => {
      res
        .writeHead(status, { location: `https://${INWARD}/`, 'content-type': 'application/json' })
        .end('{"hello":"world"}')
    }
    expect(await get()).toMatchObject({ ok: false, problem: 'redirect', status })
    expect([hostile.connections, hostile.requests.length]).toEqual([[PUBLIC], 1])
  })

  it.each([201, 204, 206, 304, 400, 403, 404, 410, 429, 500, 503])('the status %s', async (status) => {
    hostile.answer = (_, res) => void res.writeHead(status, { 'content-type': 'application/json' }).end('{}')
    expect(await get()).toMatchObject({ ok: false, problem: status === 304 ? 'redirect' : 'status', status })
  })

  it.each([
    ['text/html', 'content_type'],
    ['application/json+x', 'content_type'],
    ['application/jsonp', 'content_type'],
    ['text/json', 'content_type'],
    ['+json', 'content_type'],
    ['', 'content_type'],
  ])('the type %j', async (type, problem) => {
    hostile.answer = json({}, { 'content-type': type })
    expect(await get()).toMatchObject({ ok: false, problem, status: 200 })
  })

  it.each([
    ['a list', '[]'],
    ['null', 'null'],
    ['a string', '"x"'],
    ['nothing', ''],
    ['half an object', '{"hello":'],
    ['HTML', '<html>'],
    ['what is not UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d])],
    ['UTF-16', Buffer.from('{"a":1}', 'utf16le')],
  ])('%s in place of an object', async (_, body) => {
    hostile.answer = json(body)
    expect(await get()).toMatchObject({ ok: false, problem: 'not_json' })
  })

  it('a body that says it is too large, of which nothing is read', async () => {
    hostile.answer = (_, res) => {
      res.writeHead(200, { 'content-type': 'application/json', 'content-length': '65537' }).flushHeaders()
    }
    expect(await get()).toMatchObject({ ok: false, problem: 'too_large' })
  })

  it('a body without end, of which no more than that is read', async () => {
    let sent = 0
    const closed = new Promise<void>((resolve) => {
      hostile.answer = (_, res) => {
        res.writeHead(200, { 'content-type': 'application/json' })
        const chunk = Buffer.alloc(16_384, ' ')
        const more = () => {
          while (!res.destroyed && res.write(chunk)) sent += chunk.length
        }
        res.on('drain', more).on('close', resolve)
        more()
      }
    })
    expect(await get()).toMatchObject({ ok: false, problem: 'too_large' })
    await closed
    // What the buffers of both sockets hold.
    expect(sent).toBeLessThan(20_000_000)
  })

  it.each(['gzip', 'br', 'deflate', 'gzip, identity', 'x'])(
    'a body that is %s, which is never unpacked',
    async (coding) => {
      hostile.answer = json(gzipSync(Buffer.alloc(50_000_000, ' ')), { 'content-encoding': coding })
      expect(await get()).toMatchObject({ ok: false, problem: 'content_type', status: 200 })
    },
  )

  it.each<[string, (h: Hostile) => void]>([
    ['no answer', (h) => (h.answer = () => {})],
    [
      'headers that come drop by drop',
      (h) => {
        h.answer = ({ socket }) => {
          socket.write('HTTP/1.1 200 OK\r\n')
          const drip = setInterval(() => socket.write('x: y\r\n'), 20)
          socket.on('close', () => clearInterval(drip))
        }
      },
    ],
    [
      'a body that comes drop by drop',
      (h) => {
        h.answer = (_, res) => {
          res.writeHead(200, { 'content-type': 'application/json' })
          const drip = setInterval(() => res.write(' '), 20)
          res.on('close', () => clearInterval(drip))
        }
      },
    ],
    [
      'early hints without end',
      (h) => {
        h.answer = ({ socket }) => {
          const drip = setInterval(() => socket.write('HTTP/1.1 103 Early Hints\r\nx: y\r\n\r\n'), 20)
          socket.on('close', () => clearInterval(drip))
        }
      },
    ],
    ['a name server that says nothing', (h) => void delete h.names['docs.example']],
  ])('%s, and the connection is ended', async (_, prepare) => {
    prepare(hostile)
    expect(await impatient().get('https://docs.example/client.json', from)).toMatchObject({
      ok: false,
      problem: 'timeout',
    })
    await expect.poll(() => hostile.open).toBe(0)
  })

  it('a connection that it cuts', async () => {
    hostile.answer = (_, res) => void res.destroy()
    expect(await get()).toMatchObject({ ok: false, problem: 'unreachable' })
    hostile.answer = (_, res) => {
      res.writeHead(200, { 'content-type': 'application/json', 'content-length': '20' }).write('{}')
      setImmediate(() => res.destroy())
    }
    expect(await get('https://docs.example/2')).toMatchObject({ ok: false, problem: 'unreachable' })
  })

  it.each([
    ['no HTTP', 'hello\r\n\r\n'],
    ['headers without end', `HTTP/1.1 200 OK\r\nx: ${'y'.repeat(20_000)}\r\n\r\n`],
    [
      'a length and chunks',
      'HTTP/1.1 200 OK\r\ncontent-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n',
    ],
    ['a status that there is not', 'HTTP/1.1 999 OK\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n{}'],
    ['another protocol', 'HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n{}'],
  ])('%s', async (_, bytes) => {
    hostile.answer = ({ socket }) => void socket.end(bytes)
    expect(await get()).toMatchObject({ ok: false, problem: 'unreachable' })
  })

  it('a certificate for another name', async () => {
    hostile.names['evil.example'] = [[PUBLIC]]
    const refused = await get('https://evil.example/')
    expect(refused).toMatchObject({ ok: false, problem: 'unreachable', detail: expect.stringContaining('certificate') })
    expect(hostile.requests).toEqual([])
  })

  it('a certificate of nobody, also where the process is told to look away', async () => {
    process.env.NODE_TLS_REJECT_UNAUTHORIZED = '0'
    try {
      documents = hostile.documents({}, { ca: undefined })
      expect(await get()).toMatchObject({ ok: false, problem: 'unreachable' })
      expect(hostile.requests).toEqual([])
    } finally {
      delete process.env.NODE_TLS_REJECT_UNAUTHORIZED
    }
  })

  it('an address as its name, without a certificate for it', async () => {
    expect(await get(`https://${PUBLIC}/`)).toMatchObject({ ok: false, problem: 'unreachable' })
    expect([hostile.requests, hostile.connections]).toEqual([[], [PUBLIC]])
  })

  it('a name that there is not', async () => {
    hostile.names['nobody.example'] = [[]]
    expect(await get('https://nobody.example/')).toMatchObject({ ok: false, problem: 'unreachable' })
  })
})

it('a detail is one line, whatever the other side has written', async () => {
  hostile.answer = json({}, { 'content-type': `text/${'x'.repeat(500)}` })
  const fetched = await get()
  expect(fetched.ok ? '' : fetched.detail).toMatch(/^[ -~]{1,150}$/)
})

it('no proxy of the environment is asked', async () => {
  const asked: (string | undefined)[] = []
  const proxy = await listen((req, res) => {
    asked.push(req.url)
    res.end()
  })
  proxy.server.on('connect', (req, socket) => {
    asked.push(req.url)
    socket.end()
  })
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'http_proxy', 'https_proxy', 'ALL_PROXY', 'NODE_USE_ENV_PROXY']
  try {
    for (const name of names) process.env[name] = name === 'NODE_USE_ENV_PROXY' ? '1' : proxy.origin
    expect(outcome(await get())).toBe('ok')
  } finally {
    for (const name of names) delete process.env[name]
    proxy.close()
  }
  expect(asked).toEqual([])
})

describe('an origin that is allowed', () => {
  it('is fetched from over http, at any port and address, and nothing else is', async () => {
    const site = await listen()
    site.server.on('request', json({ inside: true }))
    const local = hostile.documents({ allowOrigins: [site.origin, `http://localhost:${site.port}`] })
    try {
      for (const origin of [site.origin, `http://localhost:${site.port}`]) {
        expect(await local.get(`${origin}/client.json`, from)).toMatchObject({ ok: true, json: { inside: true } })
      }
      for (const url of [`http://127.0.0.2:${site.port}/`, `http://127.0.0.1:${site.port + 1}/`, 'http://127.0.0.1/']) {
        expect(outcome(await local.get(url, from))).toBe('url_not_allowed')
      }
      expect(outcome(await local.get(`http://user@127.0.0.1:${site.port}/`, from))).toBe('url_not_allowed')
      expect(outcome(await local.get(`${site.origin}/#x`, from))).toBe('url_not_allowed')
      expect(outcome(await documents.get(`${site.origin}/client.json`, from))).toBe('url_not_allowed')
    } finally {
      site.close()
    }
  })
})
