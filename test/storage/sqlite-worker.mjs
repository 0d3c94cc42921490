// One of several processes that race on one SQLite file. Arguments: the bundled driver, the file, a name.
import { once } from 'node:events'
import { pathToFileURL } from 'node:url'
import Database from 'libsql'

const [driver, path, name] = process.argv.slice(2)
const { sqliteStorage } = await import(pathToFileURL(driver).href)

process.send('ready')
await once(process, 'message')
const db = new Database(path)
const storage = sqliteStorage(db)
let count = 0
const record = (id, document) => ({
  ...{ id, version: `${name}${count++}`, document },
  ...{ subject: null, clientId: null, expiresAt: null },
})
await storage.insert('counter', record('count', '0'), 0)

process.send('started')
await once(process, 'message')

// Ten at a time, so that the groups of the processes interleave.
const won = []
for (let start = 0; start < 100; start += 10) {
  const ids = Array.from({ length: 10 }, (_, index) => `id-${start + index}`)
  const outcomes = await Promise.all(ids.map((id) => storage.insert('once', record(id, name), 0)))
  won.push(...ids.filter((_, index) => outcomes[index]))
}

for (let done = 0; done < 25; ) {
  const found = await storage.get('counter', 'count')
  const next = record('count', `${Number(found.document) + 1}`)
  if (await storage.replace('counter', next, found.version)) done++
}

process.send(won, () => {
  storage.close()
  db.close()
  process.disconnect()
})
