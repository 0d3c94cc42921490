/**
 * Fetches what `ASKED` lists, one after the other, in an internet that the environment describes, and prints what came of each.
 *
 * @module
 */
import { documentsIn } from '../../../src/guarded-fetch/documents.js'
import { isPublicAddress } from '../../../src/protocol/public-address.js'

const { ASKED = '[]', NAME_SERVER = '', PORT = '', PUBLIC = '' } = process.env

const documents = documentsIn(
  {
    nameServers: [NAME_SERVER],
    port: Number(PORT),
    isPublic: (address) => address === PUBLIC || isPublicAddress(address),
    deadline: 1_000,
  },
  {},
  { now: Date.now },
)
const outcomes: string[] = []
for (const url of JSON.parse(ASKED)) {
  const fetched = await documents.get(url, { address: undefined })
  outcomes.push(fetched.ok ? JSON.stringify(fetched.json) : `${fetched.problem}: ${fetched.detail}`)
}
console.log(JSON.stringify(outcomes))
