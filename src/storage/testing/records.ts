/**
 * Suite: what is stored comes back, whole and as a copy, under its own kind and id alone.
 *
 * @module
 */
import { kinds, type StoredRecord } from '../contract.js'
import { equal, equalRecord, freshId, freshRecord, hour, now, successor, upTo } from './fixture.js'
import type { StorageTest } from './part.js'

export function recordTests(test: StorageTest): void {
  test('a record that was never written is null', async (storage) => {
    for (const kind of kinds) equalRecord(kind, await storage.get(kind, freshId()), null)
  })

  test('every field comes back as it was, in every kind', async (storage) => {
    for (const kind of kinds) {
      const full = freshRecord({
        subject: freshId(),
        clientId: freshId(),
        expiresAt: now + hour + 1,
        document: '{"a":1}',
      })
      for (const record of [full, freshRecord()]) {
        equal(`${kind}: insert`, await storage.insert(kind, record, now), true)
        equalRecord(kind, await storage.get(kind, record.id), record)
      }
    }
  })

  test('what is stored is a copy, and so is what is handed out', async (storage) => {
    const original = freshRecord({ document: 'original' })
    const given: Writable = { ...original }
    await storage.insert('grant', given, now)
    given.document = 'changed by who gave it'
    const first: Writable | null = await storage.get('grant', original.id)
    equalRecord('after the given object changed', first, original)
    // A frozen copy is a copy too.
    if (first && !Object.isFrozen(first)) first.document = 'changed by who got it'
    equalRecord('after the returned object changed', await storage.get('grant', original.id), original)

    const next: Writable = successor(original)
    const replaced = { ...next }
    await storage.replace('grant', next, original.version)
    next.document = 'changed by who gave it'
    equalRecord('after replace', await storage.get('grant', original.id), replaced)
  })

  test('documents are opaque text, kept to the character', async (storage) => {
    for (const document of documents) {
      const record = freshRecord({ document })
      equal('insert', await storage.insert('grant', record, now), true)
      equalRecord('inserted', await storage.get('grant', record.id), record)
      const next = successor(record, { document: `${document}${document}` })
      equal('replace', await storage.replace('grant', next, record.version), true)
      equalRecord('replaced', await storage.get('grant', record.id), next)
    }
  })

  test('documents hold every character of Unicode', async (storage) => {
    await Promise.all(
      documentsOfAllCharacters().map(async (document) => {
        const record = freshRecord({ document })
        equal('insert', await storage.insert('request', record, now), true)
        equalRecord('document', await storage.get('request', record.id), record)
      }),
    )
  })

  test('documents of 32,768 bytes fit, whatever the length of their characters', async (storage) => {
    for (const [character, bytes] of [
      ['a', 1],
      ['é', 2],
      ['語', 3],
      ['😀', 4],
    ] as const) {
      const document = character.repeat(Math.floor(maxBytes / bytes)) + 'a'.repeat(maxBytes % bytes)
      const record = freshRecord({ document })
      equal('insert', await storage.insert('grant', record, now), true)
      equalRecord(character, await storage.get('grant', record.id), record)
    }
  })

  test('U+0000 is kept or refused, never cut', async (storage) => {
    for (const fields of [{ document: 'a\0b' }, { subject: 'alice\0b' }, { clientId: 'web\0b' }]) {
      const record = freshRecord(fields)
      const inserted = await storage.insert('grant', record, now).catch(() => false)
      equalRecord(JSON.stringify(fields), await storage.get('grant', record.id), inserted ? record : null)
    }
  })

  test('ids of 1 and of 64 characters work', async (storage) => {
    for (const id of ['_', '-', '0', freshId().padEnd(64, '-'), freshId().padEnd(64, '_')]) {
      await storage.remove('once', id)
      const record = freshRecord({ id })
      equal('insert', await storage.insert('once', record, now), true)
      equalRecord(id, await storage.get('once', id), record)
    }
  })

  test('ids that differ only in case, in - and _, or at the end are different', async (storage) => {
    const id = freshId()
    const records = ['a', 'A', 'aa', 'a-', 'a_', '-', '_'].map((end) =>
      freshRecord({ id: `${id}${end}`, document: end }),
    )
    for (const record of records) equal(record.id, await storage.insert('once', record, now), true)
    for (const record of records) equalRecord(record.id, await storage.get('once', record.id), record)
  })

  test('subjects of 255 characters fit', async (storage) => {
    for (const subject of ['a'.repeat(255), '語'.repeat(255), '😀'.repeat(127)]) {
      const record = freshRecord({ subject })
      equal('insert', await storage.insert('consent', record, now), true)
      equalRecord('subject', await storage.get('consent', record.id), record)
    }
  })

  test('kinds are separate: one id names a record in each', async (storage) => {
    const id = freshId()
    const records = kinds.map((kind) => ({ kind, record: freshRecord({ id, document: kind }) }))
    for (const { kind, record } of records) equal(kind, await storage.insert(kind, record, now), true)
    for (const { kind, record } of records) equalRecord(kind, await storage.get(kind, id), record)

    for (const [index, { kind, record }] of records.entries()) {
      const next = successor(record)
      equal(`replace in ${kind}`, await storage.replace(kind, next, record.version), true)
      equalRecord(kind, await storage.get(kind, id), next)
      await storage.remove(kind, id)
      equalRecord(kind, await storage.get(kind, id), null)
      for (const other of records.slice(index + 1)) {
        equalRecord(`${other.kind} after writes to ${kind}`, await storage.get(other.kind, id), other.record)
      }
    }
  })

  test('remove deletes the record, and is no error when there is none', async (storage) => {
    const record = freshRecord()
    const neighbour = freshRecord()
    for (const each of [record, neighbour]) await storage.insert('session', each, now)
    for (const _ of ['there', 'gone already']) {
      await storage.remove('session', record.id)
      equalRecord('removed', await storage.get('session', record.id), null)
    }
    equalRecord('its neighbour', await storage.get('session', neighbour.id), neighbour)
    equal('insert afterwards', await storage.insert('session', successor(record), now), true)
  })
}

type Writable = { -readonly [Field in keyof StoredRecord]: StoredRecord[Field] }

const maxBytes = 32_768

/** What encodings, collations, JSON columns and trimming get wrong. */
const documents = [
  '',
  ' ',
  ' leading and trailing ',
  '\ttabs\r\nand\nline ends\r',
  '{ "b": 1, "a" : 1.0, "a": 2 }',
  '{"big":12345678901234567890,"exponent":1e400}',
  'null',
  '"\\u0000"',
  '\'quotes" `and` \\ backslashes; -- %_?* $1 :name',
  'caf\u00e9 is not cafe\u0301',
  '\ufeffa byte order mark, and \ufffe, \uffff',
  'ÅÅ ǅ ﬁ ß ẞ İ ı',
  '\u05e2\u05d1\u05e8\u05d9\u05ea \u202e\u0627\u0644\u0639\u0631\u0628\u064a\u0629',
  '👩‍👩‍👧‍👦 🇫🇷 𝒢 \u{10ffff}',
  '\u2028\u2029\u0085\u00a0\u200b',
] as const

/** U+0001 to U+10FFFF without the surrogates, in documents of at most 32,768 bytes. */
function documentsOfAllCharacters(): string[] {
  const perDocument = maxBytes / 4
  return upTo(Math.ceil(0x110000 / perDocument)).map((index) => {
    const start = index * perDocument
    const points = upTo(perDocument).map((offset) => start + offset)
    const characters = points.filter((point) => point > 0 && (point < 0xd800 || point > 0xdfff))
    return String.fromCodePoint(...characters)
  })
}
