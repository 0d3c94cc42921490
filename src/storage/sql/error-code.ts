/** What the client library calls an error: an SQLSTATE from Postgres, a name like `ER_DUP_ENTRY` from MySQL. */
export function errorCode(error: unknown): string | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  return typeof code === 'string' ? code : undefined
}
