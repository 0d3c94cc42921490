import type { Access } from 'grantwright'
import { requireAccessToken } from 'grantwright/next'
import type { NextRequest } from 'next/server'
import { auth } from '../../../../lib/auth'

interface Context extends RouteContext<'/api/notes/[id]'> {
  auth: Access
}

export const GET = requireAccessToken(
  auth,
  { scope: 'notes:read' },
  async (request: NextRequest, { params, auth }: Context) =>
    Response.json({ id: (await params).id, path: request.nextUrl.pathname, subject: auth.subject }),
)
