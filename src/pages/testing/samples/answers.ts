/**
 * Views of what went wrong, and of what goes back to the client.
 *
 * @module
 */
import type { ErrorView } from '../../error.js'
import type { FormPostView } from '../../form-post.js'
import { evil, honest, type PageSamples } from './parts.js'

const failure: ErrorView = {
  page: 'error',
  problem: 'failure',
  status: 500,
  code: 'server_error',
  reference: 'Rf-3_kQ2vX9a',
}

const answered: ErrorView = {
  page: 'error',
  problem: 'answered',
  status: 409,
  clientName: honest,
  clientUrl: 'https://notes.example.com/?a=1&b=2',
  homeUrl: 'https://www.example.com/',
}

export const errorSamples: PageSamples = {
  page: 'error',
  samples: [
    { name: 'with code and reference', view: failure },
    { name: 'that is only a problem', view: { page: 'error', problem: 'expired', status: 400 } },
    { name: 'with ways on', view: answered },
    {
      name: 'with a name by a stranger',
      view: { ...answered, clientName: evil, loginUrl: '/oauth/apps', logoutUrl: '/oauth/logout' },
    },
    { name: 'with a wait', view: { page: 'error', problem: 'tooMany', status: 429, retryAfter: 600 } },
    {
      name: 'for the developers of an app',
      view: {
        page: 'error',
        problem: 'clientMistake',
        status: 400,
        code: 'invalid_request',
        detail: `redirect_uri ${evil}`,
      },
    },
    { name: 'in Arabic', view: failure, language: 'ar' },
  ],
  differences: [],
}

const formPost: FormPostView = {
  page: 'form_post',
  redirectUri: 'https://notes.example.com/cb?tenant=1&env=test',
  fields: [
    ['code', 'gwac_Zm9vYmFy-_8'],
    ['state', `a state with "quotes" & 'more'`],
    ['iss', 'https://auth.example.com'],
  ],
}

export const formPostSamples: PageSamples = {
  page: 'form_post',
  samples: [
    { name: 'to a website', view: formPost },
    { name: 'to an app', view: { ...formPost, redirectUri: 'com.example.notes:/cb' } },
    { name: 'with a state by a stranger', view: { ...formPost, fields: [['state', evil]] } },
    { name: 'in Arabic', view: formPost, language: 'ar' },
  ],
  differences: [],
}
