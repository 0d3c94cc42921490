import { database } from './database.js'

const select = database.prepare('SELECT text FROM notes WHERE subject = ? ORDER BY rowid').pluck()
const insert = database.prepare('INSERT INTO notes VALUES (?, ?)')

export const notesOf = (subject: string) => select.all(subject)
export const addNote = (subject: string, text: string) => insert.run(subject, text)
