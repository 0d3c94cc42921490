import { describe, it } from 'vitest'
import { adapterSuite } from '../../adapters/testing.js'
import { apps, listen } from './apps.js'

describe.each(Object.entries(apps))('%s', (_, app) => {
  adapterSuite({ describe, it }, (auth) => listen(app(auth)))
})
