import { requireAccessToken } from 'grantwright/next'
import { auth } from '../../../lib/auth'

export const GET = requireAccessToken(auth, { scope: 'notes:read' }, (_request, { auth }) => Response.json(auth))

export const POST = requireAccessToken(auth, { scope: 'notes:write' }, (_request, { auth }) => Response.json(auth))
