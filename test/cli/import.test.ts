import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import Database from 'libsql'
import { afterAll, expect, it } from 'vitest'
import type { Input, LoadedServer } from '../../src/cli/command.js'
import { importClients } from '../../src/cli/commands/client-import.js'
import { harness } from '../support/harness.js'
import { createApp, reExport, sqliteAuth } from './app.js'

const app = createApp({ 'auth.js': sqliteAuth, 'grantwright.config.js': reExport })
afterAll(() => app.remove())

const redirect_uris = ['https://notes.example.com/callback']
const client_secret = 'a-secret-of-32-characters-or-more'
const client_secret_sha256 = createHash('sha256').update('pony').digest('hex')
const client = (client_id: string, more: object = { client_secret }) =>
  JSON.stringify({ client_id, redirect_uris, ...more })

function storedClients(): string {
  const db = new Database(join(app.folder, 'auth.db'))
  try {
    return JSON.stringify(db.prepare('SELECT * FROM grantwright_clients ORDER BY id').all())
  } finally {
    db.close()
  }
}

it('registers each line whole or not at all, reports each by its number, and says no secret', async () => {
  const lines = [
    `\ufeff${client('a')}`,
    '',
    `${client('b', { client_secret_sha256 })}\r`,
    client('c', { token_endpoint_auth_method: 'none' }),
    client('d', { client_secret: 'short-secret' }),
    client('e', {}),
    '{"client_id":"f","client_secret":"unfinished-secret',
    '[]',
    client('g', { client_secret, client_name: 'x'.repeat(70_000) }),
    client('https://notes.example.com/client'),
    client('desktop'),
    client('h', { client_secret, redirect_uri: 'x' }),
    client('a', { client_secret, client_name: 'Another' }),
    client('i'),
  ]
  app.write({ 'clients.jsonl': lines.join('\n') })
  const { code, stdout, stderr } = await app.run('client', 'import', 'clients.jsonl')
  expect(code).toBe(1)
  expect(stderr).toContain('9 of 13 lines failed. The others are done.')
  const reports = stdout.trim().split('\n')
  const wanted = [
    /^line 1 {2}created {2}"a"$/,
    /^line 3 {2}created {2}"b"$/,
    /^line 4 {2}created {2}"c"$/,
    /^line 5 {2}failed {2}"d" {2}.*at least 32 characters.*client_secret_sha256/,
    /^line 6 {2}failed {2}"e" {2}client_secret or client_secret_sha256 is missing/,
    /^line 7 {2}failed {2}The line is no JSON object/,
    /^line 8 {2}failed {2}The line is no JSON object/,
    /^line 9 {2}failed {2}The line is longer than 65536 bytes/,
    /^line 10 {2}failed {2}"https:.* is an https URL/,
    /^line 11 {2}failed {2}"desktop" {2}.*in the option "clients"/,
    /^line 12 {2}failed {2}"h" {2}.*redirect_uri is not known; did you mean redirect_uris/,
    /^line 13 {2}failed {2}"a" {2}There is a client "a" already, which differs in client_name\.$/,
    /^line 14 {2}created {2}"i"$/,
  ]
  expect(reports).toHaveLength(wanted.length)
  for (const [i, report] of reports.entries()) expect(report).toMatch(wanted[i] ?? /never/)
  for (const secret of [client_secret, 'short-secret', 'unfinished-secret', 'pony', client_secret_sha256]) {
    expect(stdout + stderr).not.toContain(secret)
    expect(storedClients()).not.toContain(secret)
  }
  const { clients } = { clients: await app.json('client', 'list') }
  expect(clients.map(({ client_id }: { client_id: string }) => client_id).sort()).toEqual([
    'a',
    'b',
    'c',
    'desktop',
    'i',
  ])
})

it('changes nothing when the same file comes twice, from the standard input as well', async () => {
  const file = [client('again', { client_secret_sha256 }), client('twice'), client('twice')].join('\n')
  app.write({ 'again.jsonl': file })
  expect(await app.json('client', 'import', 'again.jsonl')).toEqual([
    { line: 1, client_id: 'again', outcome: 'created' },
    { line: 2, client_id: 'twice', outcome: 'created' },
    { line: 3, client_id: 'twice', outcome: 'unchanged' },
  ])
  const before = storedClients()
  const cli = resolve(import.meta.dirname, '../../dist/cli.js')
  const child = spawn(process.execPath, [cli, 'client', 'import', '-', '--json'], { cwd: app.folder })
  child.stdin.end(file)
  const [stdout, [code]] = await Promise.all([text(child.stdout), once(child, 'close')])
  expect(code).toBe(0)
  expect(JSON.parse(stdout).map(({ outcome }: { outcome: string }) => outcome)).toEqual(Array(3).fill('unchanged'))
  expect(storedClients()).toBe(before)
})

it('fails when there is no such file', async () => {
  const { code, stderr } = await app.run('client', 'import', 'missing.jsonl')
  expect([code, stderr]).toEqual([1, expect.stringContaining('missing.jsonl')])
})

it('says what is wrong in one line that a terminal takes for text, whatever names and values the file has', async () => {
  const odd = '\u001b]0;title\u0007\nline 2  created  \u009b2J\u202e'
  app.write({
    'odd.jsonl': [client('j', { client_secret, [odd]: 1 }), client('k', { client_secret, redirect_uris: [odd] })].join(
      '\n',
    ),
  })
  const printed: string[] = []
  const run = importClients.run({
    operands: [join(app.folder, 'odd.jsonl')],
    flags: {},
    json: false,
    server: async () => ({ server: harness().server }) as LoadedServer,
    print: (text: string) => printed.push(text),
    note: () => {},
  } as unknown as Input)
  await expect(run).rejects.toThrow('2 of 2 lines failed')
  expect(printed).toHaveLength(2)
  expect(printed.join('')).toContain('is not known')
  expect(printed.join('')).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u)
})
