/**
 * A store in memory with an index for every field that is asked for by equality, made with better-auth's own factory for adapters. The memory adapter that it
 * comes with looks through all rows each time and copies everything for a transaction, so with thousands of grants it would be measured, and not better-auth.
 *
 * @module
 */
import { createAdapterFactory } from 'better-auth/adapters'

class Table {
  rows = new Set()
  /** From field to value to rows, for fields that somebody has asked for. */
  indexes = new Map()

  insert(row) {
    this.rows.add(row)
    for (const [field, index] of this.indexes) entry(index, row[field]).add(row)
    return row
  }

  remove(row) {
    this.rows.delete(row)
    for (const [field, index] of this.indexes) entry(index, row[field]).delete(row)
  }

  change(row, update) {
    this.remove(row)
    return this.insert(Object.assign(row, update))
  }

  indexOf(field) {
    let index = this.indexes.get(field)
    if (!index) {
      index = new Map()
      for (const row of this.rows) entry(index, row[field]).add(row)
      this.indexes.set(field, index)
    }
    return index
  }

  find(where = []) {
    const isPlain = where.every(({ connector }) => connector !== 'OR')
    const equal = isPlain && where.find(({ operator, value }) => (operator ?? 'eq') === 'eq' && value !== null)
    const rows = equal ? (this.indexOf(equal.field).get(equal.value) ?? []) : this.rows
    return [...rows].filter((row) => where.every((clause) => holds(row, clause)))
  }
}

function entry(index, value) {
  if (!index.has(value)) index.set(value, new Set())
  return index.get(value)
}

function holds(row, { field, value, operator = 'eq' }) {
  const own = row[field] ?? null
  if (operator === 'eq') return own === value
  if (operator === 'ne') return own !== value
  if (operator === 'in') return value.includes(own)
  if (operator === 'lt') return own < value
  if (operator === 'lte') return own <= value
  if (operator === 'gt') return own > value
  if (operator === 'gte') return own >= value
  throw new Error(`This store does not know the operator ${operator}.`)
}

export function indexedStore() {
  const tables = new Map()
  const table = (model) => {
    if (!tables.has(model)) tables.set(model, new Table())
    return tables.get(model)
  }
  const first = (model, where) => table(model).find(where)[0] ?? null
  return createAdapterFactory({
    config: {
      adapterId: 'bench',
      adapterName: 'Indexed maps',
      usePlural: false,
      supportsArrays: true,
      transaction: false,
    },
    adapter: () => ({
      create: async ({ model, data }) => table(model).insert(data),
      findOne: async ({ model, where }) => first(model, where),
      async findMany({ model, where, sortBy, limit, offset = 0 }) {
        const rows = table(model).find(where)
        const { field, direction } = sortBy ?? {}
        if (field) rows.sort((a, b) => (a[field] - b[field]) * (direction === 'asc' ? 1 : -1))
        return rows.slice(offset, limit === undefined ? undefined : offset + limit)
      },
      count: async ({ model, where }) => table(model).find(where).length,
      async update({ model, where, update }) {
        const row = first(model, where)
        return row && table(model).change(row, update)
      },
      async updateMany({ model, where, update }) {
        const rows = table(model).find(where)
        for (const row of rows) table(model).change(row, update)
        return rows.length
      },
      async delete({ model, where }) {
        for (const row of table(model).find(where)) table(model).remove(row)
      },
      async deleteMany({ model, where }) {
        const rows = table(model).find(where)
        for (const row of rows) table(model).remove(row)
        return rows.length
      },
      async consumeOne({ model, where }) {
        const row = first(model, where)
        if (row) table(model).remove(row)
        return row
      },
      async incrementOne({ model, where, increment, set = {} }) {
        const row = first(model, where)
        const sums = Object.entries(increment).map(([field, delta]) => [field, (row[field] ?? 0) + delta])
        return row && table(model).change(row, { ...set, ...Object.fromEntries(sums) })
      },
    }),
  })
}
