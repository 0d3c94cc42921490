/**
 * `doctor` at a server that is not grantwright: oidc-provider with registration, in a process of its own.
 *
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { examine, type Report } from '../../../src/cli/doctor/examine.js'
import { leftBehind } from '../../../src/cli/doctor/left-behind.js'
import { reportJson } from '../../../src/cli/doctor/report-json.js'
import { knownClients } from '../../../src/known-clients/index.js'

let provider: ChildProcess
let report: Report

beforeAll(async () => {
  provider = spawn(process.execPath, [join(import.meta.dirname, 'provider.mjs')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  if (!provider.stdout) throw new Error('There is no output')
  const [line] = await once(createInterface(provider.stdout), 'line')
  const clock = { now: Date.now, elapsed: () => performance.now() }
  report = await examine({ url: String(line), clients: knownClients, timeout: 10_000, clock })
})
afterAll(() => void provider.kill())

const findingsOf = (id: string) => {
  const result = report.results.find(({ client }) => client.id === id)
  return Object.fromEntries(Object.entries(result?.findings ?? {}).map(([name, { status }]) => [name, status]))
}

it('plays everybody who can register, from the metadata to the login page and the token endpoint', () => {
  for (const id of ['claude', 'claude-code', 'codex', 'vscode', 'gemini-cli', 'mcp-remote']) {
    const { TLS, CORS, ...others } = findingsOf(id)
    expect(CORS, id).toBe('not_needed')
    // Those of the vendor's servers do not reach this machine.
    expect(TLS, id).toBe(id === 'claude' ? 'warning' : 'ok')
    expect(new Set(Object.values(others)), id).toEqual(new Set(['ok']))
  }
})

it('finds whom it keeps out, and by what', () => {
  const { clients } = reportJson(report)
  const kept = clients.filter(({ connects }) => !connects).map(({ id }) => id)
  expect(kept).toEqual(['cursor', 'grok', 'inspector'])
  const received = (id: string, check = 'client') => clients.find((one) => one.id === id)?.checks[check]?.received
  // One redirect URI refuses all of them.
  expect(received('cursor')).toContain('invalid_redirect_uri')
  // It knows no metadata documents.
  expect(received('grok')).toContain('client_id_metadata_document_supported: missing')
  // `scope` is empty, and the registration endpoint is not for scripts.
  expect(received('inspector')).toContain('scope must be a non-empty string')
  expect(received('inspector', 'CORS')).toContain('/reg): OPTIONS: 404')
})

it('removes what it registered', () => {
  const made = report.exchanges.filter(
    ({ asked, outcome }) => outcome.answered && outcome.status === 201 && asked.method === 'POST',
  )
  const removed = report.exchanges.filter(
    ({ asked, outcome }) => outcome.answered && outcome.status === 204 && asked.method === 'DELETE',
  )
  expect(made.length).toBeGreaterThan(5)
  expect(removed).toHaveLength(made.length)
  expect(leftBehind(report)).toEqual([])
})
