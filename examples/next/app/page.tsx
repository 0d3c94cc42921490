import { connection } from 'next/server'
import { demoUsers } from '../lib/demo-users'
import { NotesPage } from './notes-page'

export default async function Page() {
  await connection() // at each request: whether this is a trial shows when it runs, not when it is built
  return <NotesPage demoUsers={demoUsers.map(({ username, password }) => ({ username, password }))} />
}
