import { routeHandlers } from 'grantwright/next'
import { auth } from '../../../lib/auth'

export const { GET, POST, PUT, DELETE, OPTIONS } = routeHandlers(auth, { at: process.env.AT })
