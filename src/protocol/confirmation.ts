/**
 * The key that a token is bound to. Pure.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc7800#section-3 RFC 7800 §3}
 * @module
 */

export interface Confirmation {
  /** `jkt` for a key proved with DPoP (RFC 9449 §6.1), `x5t#S256` for a certificate (RFC 8705 §3.1). */
  readonly member: (typeof confirmationMembers)[number]
  /** SHA-256 in base64url: 43 characters. */
  readonly thumbprint: string
}

export const confirmationMembers = ['jkt', 'x5t#S256'] as const

/** The claim `cnf`. */
export const cnfOf = ({ member, thumbprint }: Confirmation): { readonly [member: string]: string } => ({
  [member]: thumbprint,
})

/** What a claim `cnf` says; null when that is nothing that is known here: then nobody can prove it, and the token is worth nothing. */
export function readCnf(cnf: unknown): Confirmation | null {
  if (typeof cnf !== 'object' || cnf === null) return null
  for (const member of confirmationMembers) {
    const thumbprint = (cnf as { readonly [name: string]: unknown })[member]
    if (typeof thumbprint === 'string') return { member, thumbprint }
  }
  return null
}

/** RFC 9449 §5: how a token that is bound to a proved key is presented. A certificate needs no other scheme (RFC 8705 §3). */
export const tokenTypeOf = (confirmation: Confirmation | undefined): 'DPoP' | 'Bearer' =>
  confirmation?.member === 'jkt' ? 'DPoP' : 'Bearer'
