import { endSession } from '../../../../shared/ended-sessions'
import { logoutTokenReader } from '../../../../shared/logout-tokens'

const readLogoutToken = logoutTokenReader(process.env.ISSUER ?? '', 'forum')

/** The provider calls this when somebody has logged out there. */
export async function POST(request: Request) {
  const headers = { 'cache-control': 'no-store' }
  if (Number(request.headers.get('content-length') ?? Infinity) > 10_000) return new Response(null, { status: 413 })
  try {
    const form = await request.formData()
    endSession(await readLogoutToken(form.get('logout_token')))
    return new Response(null, { headers })
  } catch (error) {
    return Response.json({ error: 'invalid_request', error_description: String(error) }, { status: 400, headers })
  }
}
