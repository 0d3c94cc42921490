import { expect, it } from 'vitest'
import { approve } from '../../src/grant/approve.js'
import { approval, day, second, start } from './fixtures.js'

it('turns an approval into a grant with an unspent code, and keeps the terms as they were approved', () => {
  expect(approve(approval, start)).toEqual({
    ...approval.approved,
    status: 'code_issued',
    createdAt: start,
    touchedAt: start,
    endsAt: start + 180 * day,
    code: { ...approval.code, expiresAt: start + 60 * second, wrongVerifiers: 0, keptUntil: start + 120 * second },
  })
})
