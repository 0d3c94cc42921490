/**
 * `npm start`: the playground on http://localhost:3000, or on another `PORT`.
 *
 * @module
 */
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { startPlayground } from './playground.js'

const { PORT = '3000', DATA_DIR = fileURLToPath(new URL('.data', import.meta.url)) } = process.env

try {
  const { url, users } = await startPlayground({ port: readPort(PORT), dataDir: DATA_DIR })
  const [user] = users
  console.log(`
  The playground is at   ${url}
  Log in as              ${user?.username} / ${user?.password}
  For scripts            ${url}/playground.json

  Ctrl+C stops it. What it knows is kept in ${relative('.', DATA_DIR)}; delete that folder to start afresh.
`)
} catch (error) {
  const { code, syscall, path, message } = error as NodeJS.ErrnoException
  if (syscall === 'listen' && (code === 'EADDRINUSE' || code === 'EACCES')) console.error(portTrouble(code))
  // What comes from a file, or from SQLite.
  else if (path !== undefined || /^(SQLITE_|ConnectionFailed)/.test(code || message))
    console.error(dataTrouble(message))
  else console.error(error)
  process.exit(1)
}

function readPort(text: string): number {
  const port = Number(text)
  if (/^\d+$/.test(text) && port >= 1 && port <= 65_535) return port
  console.error(`PORT=${text} is not a port. Choose a number from 1 to 65535: PORT=3001 npm start`)
  process.exit(1)
}

function portTrouble(code: 'EADDRINUSE' | 'EACCES'): string {
  const other = Number(PORT) < 1024 || Number(PORT) === 65_535 ? 3001 : Number(PORT) + 1
  const why = code === 'EADDRINUSE' ? 'is already in use' : 'may not be used by you'
  return `Port ${PORT} ${why}. Stop the program that has it, or choose another port: PORT=${other} npm start`
}

function dataTrouble(why: string): string {
  return `The playground cannot keep its data in ${DATA_DIR} (${why}). Make it yours, or choose another folder: DATA_DIR=../playground-data npm start`
}
