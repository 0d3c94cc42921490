/**
 * What is shown to `render`: views of every page in all their states.
 *
 * @module
 */
import { errorSamples, formPostSamples } from './samples/answers.js'
import { appsSamples } from './samples/apps.js'
import { consentSamples } from './samples/consent.js'
import { loginSamples } from './samples/login.js'
import { loggedOutSamples, logoutSamples } from './samples/logout.js'
import type { PageSamples } from './samples/parts.js'

export const pageSamples: readonly PageSamples[] = [
  loginSamples,
  consentSamples,
  appsSamples,
  logoutSamples,
  loggedOutSamples,
  errorSamples,
  formPostSamples,
]
