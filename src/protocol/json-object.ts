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
  try {
    const value: unknown = JSON.parse(decoder.decode(bytes))
    return isObject(value) ? value : null
  } catch {
    return null
  }
}

const decoder = new TextDecoder('utf-8', { fatal: true })
