import { openKv } from '@deno/kv'
import { storageSuite } from 'grantwright/testing/storage'
import { describe, it } from 'vitest'
import { denoKvStorage } from './deno-kv.js'

storageSuite({ describe, it }, async () => denoKvStorage(await openKv(process.env.KV_FILE)))
