/**
 * JSON objects that somebody else has written. Pure.
 *
 * @module
 */

/** A JSON object that somebody else has written. Nothing is known of its members. */
export type JsonObject = { readonly [name: string]: unknown }

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Null for everything else than a JSON object in UTF-8. */
export function parseJsonObject(bytes: Uint8Array): JsonObject | null {
  const value = parseJson(bytes)
  return isObject(value) ? value : null
}

/** Null for everything else than a JSON list in UTF-8. */
export function parseJsonList(bytes: Uint8Array): readonly unknown[] | null {
  const value = parseJson(bytes)
  return Array.isArray(value) ? value : null
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(decoder.decode(bytes))
  } catch {
    return undefined
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true })
