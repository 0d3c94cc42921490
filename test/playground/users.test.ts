import Database from 'libsql'
import { expect, it } from 'vitest'
import { openUsers } from '../../examples/playground/users.js'

it('keeps a stronger hash in place of the one that was found, and a password that was changed meanwhile', async () => {
  const database = new Database(':memory:')
  try {
    const users = await openUsers(database)
    const found = users.find('ada')?.passwordHash ?? ''
    users.save('ada', 'stronger', found)
    expect(users.find('ada')?.passwordHash).toBe('stronger')
    database.prepare('UPDATE users SET password_hash = ? WHERE username = ?').run('changed', 'ada')
    users.save('ada', 'stronger still', 'stronger')
    expect(users.find('ada')?.passwordHash).toBe('changed')
  } finally {
    database.close()
  }
})
