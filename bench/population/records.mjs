/**
 * The records of a population: live grants that the server itself has made and whose refresh tokens are known, and copies of such under ids and
 * subjects of their own.
 *
 * @module
 */
import { randomBytes, randomUUID } from 'node:crypto'
import { all } from '../contestants/material.mjs'
import { load } from '../dist.mjs'
import { authOver } from './auth.mjs'

const MINUTE = 60_000

/** As many of the grants are refreshed. */
export const livesOf = (grants) => Math.min(grants, Math.min(Math.max(1000, Math.round(grants / 20)), 50_000))

/**
 * Makes live grants in memory: each approved, redeemed, and refreshed ten minutes later, as one that is in use.
 *
 * @returns {Promise<(n: number) => Promise<{ record: any, token: string }[]>>}
 */
export async function stage() {
  const { memoryStorage } = await load('storage/memory.js')
  let now = Date.now() - 10 * MINUTE
  /** @type {Map<string, any>} the last record of each subject's one grant */
  let records = new Map()
  const watched = (memory) => ({
    ...memory,
    replace(kind, record, expected) {
      if (kind === 'grant') records.set(record.subject, record)
      return memory.replace(kind, record, expected)
    },
  })
  return async (n) => {
    // A memory of their own for each lot, so that the heap does not grow with the population.
    const auth = await authOver(watched(memoryStorage()), () => now)
    records = new Map()
    now = Date.now() - 10 * MINUTE
    const subjects = Array.from({ length: n }, () => randomUUID())
    const first = await all(n, (i) => auth.approve(subjects[i]))
    now += 10 * MINUTE
    const tokens = await all(n, (i) => auth.refresh(first[i]))
    await auth.close()
    return subjects.map((subject, i) => ({ record: records.get(subject), token: tokens[i] }))
  }
}

/**
 * Everything that a table holds, in a random order, so that what is live is all over it.
 *
 * @param {{ record: any }[]} staged at least one
 * @param {number} copies
 * @param {number} expired copies that may be deleted
 * @returns {Generator<any>}
 */
export function* shuffled(staged, copies, expired) {
  const left = [staged.length, copies, expired]
  for (let all = left[0] + copies + expired; all > 0; all--) {
    const at = Math.random() * all
    const which = at < left[0] ? 0 : at < left[0] + left[1] ? 1 : 2
    left[which]--
    const { record } = staged[which === 0 ? left[0] : all % staged.length]
    if (which === 0) yield record
    else yield copyOf(record, which === 2 ? Date.now() - MINUTE : record.expiresAt)
  }
}

/** @param {any[]} list is changed */
export function inRandomOrder(list) {
  for (let i = list.length - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1))
    ;[list[i], list[j]] = [list[j], list[i]]
  }
  return list
}

function copyOf({ id, subject, clientId, document }, expiresAt) {
  const [newId, newSubject] = [randomBytes(16).toString('base64url'), randomUUID()]
  return {
    id: newId,
    version: randomBytes(12).toString('base64url'),
    subject: newSubject,
    clientId,
    expiresAt,
    document: document.replaceAll(id, newId).replaceAll(subject, newSubject),
  }
}
