/**
 * What the pages that show the three tools promise: from nothing to a note, and on with a refresh.
 *
 * @module
 */
import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import type { McpUser } from './mcp-user.js'

/** @param user who has not connected yet. */
export async function goAllTheWay(user: McpUser, refreshes: boolean): Promise<void> {
  expect(await user.connect()).toMatch(/^notes:read( offline_access)?$/)
  expect(await user.tools()).toEqual(['list_notes', 'find_notes', 'add_note'])
  const text = `Buy milk ${randomUUID()}`
  expect(await user.call('list_notes')).not.toContain(text)
  expect(await user.callAndAuthorize('add_note', { text })).toBe('Added.')
  expect(user.asked.map((scope) => scope.replace(' offline_access', ''))).toEqual([
    'notes:read',
    'notes:read notes:write',
  ])
  expect(await user.call('find_notes', { text: 'milk' })).toContain(text)
  expect(await user.call('find_notes', { text: 'honey' })).toBe('No note contains that.')
  if (!refreshes) return
  const { access_token } = user.tokens ?? {}
  user.wearOut()
  expect(await user.call('list_notes')).toContain(text)
  expect([user.tokens?.access_token === access_token, user.asked.length]).toEqual([false, 2])
}
