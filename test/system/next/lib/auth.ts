import { adapterTestServer } from 'grantwright/testing/adapter'

export const auth = adapterTestServer(process.env.ISSUER ?? 'http://localhost:4433')
