/**
 * Views of the consent page.
 *
 * @module
 */
import type { ConsentQuestion, ConsentView } from '../../consent.js'
import { details, evil, formOf, handle, honest, optional, type PageSamples, read, user } from './parts.js'

const ticked = { ...optional, choice: { field: 'scope_0_1', ticked: true } }
const unticked = { name: 'delete', text: 'Delete your notes', choice: { field: 'scope_1_0', ticked: false } }

const consent: ConsentView = {
  page: 'consent',
  form: formOf('consent', { pending: handle }),
  clientName: honest,
  clientId: 'notes',
  redirectHost: 'notes.example.com',
  unverified: false,
  subjectLabel: user,
  switchUrl: `/oauth/authorize?pending=${handle}&switch=1`,
  resources: [{ resource: 'https://api.example.com/', scopes: [read] }],
}
const app: ConsentView = {
  ...consent,
  clientName: undefined,
  clientId: 'notes-app',
  redirectHost: 'com.example.notes:',
}
/** None is picked beforehand, and what is posted needs escaping. */
const workspace: ConsentQuestion = {
  field: 'workspace',
  label: `Workspace & its "guests"`,
  choices: [
    { value: 'team&copy=1', text: `Ada's team`, picked: false },
    { value: 'second "team"', text: 'Book club & friends', picked: false },
    { value: 'w-3', text: 'Home', picked: false },
  ],
}
const plan: ConsentQuestion = {
  field: 'plan',
  label: 'Plan to use',
  choices: [
    { value: 'free', text: 'Free of charge', picked: false },
    { value: 'paid', text: 'Paid by the month', picked: true },
  ],
}
const links = {
  logoUri: 'https://cdn.example.com/logo.png?size=64&dark=1',
  policyUri: 'https://notes.example.com/privacy?a=1&b=2',
  tosUri: 'https://notes.example.com/terms',
}

export const consentSamples: PageSamples = {
  page: 'consent',
  samples: [
    { name: 'for a scope that is not optional', view: consent },
    {
      name: 'with scopes that can be left out, of two APIs',
      view: {
        ...consent,
        resources: [
          { resource: 'https://api.example.com/', scopes: [read, ticked] },
          { resource: 'https://other.example.com/v1', scopes: [unticked] },
        ],
      },
    },
    {
      name: 'for an API without scopes',
      view: { ...consent, resources: [{ resource: 'https://plain.example.com/api', scopes: [] }] },
    },
    {
      name: 'for APIs with a name',
      view: {
        ...consent,
        resources: [
          { resource: 'https://api.example.com/', name: 'Notes & "Drafts"', scopes: [read, ticked] },
          { resource: 'https://plain.example.com/api', name: 'The <plain> one', scopes: [] },
        ],
      },
    },
    { name: 'for a client with logo, policy and terms', view: { ...consent, ...links } },
    { name: 'for an app without a name that anybody could pretend to be', view: { ...app, unverified: true } },
    {
      name: 'for a client that describes itself in a document elsewhere',
      view: { ...consent, clientHost: 'tools.example.net', redirectHost: 'localhost:8765', unverified: true },
    },
    { name: 'with what features add', view: { ...consent, details } },
    { name: 'with a question', view: { ...consent, questions: [workspace] } },
    {
      name: 'with two questions, of one of which a choice is picked',
      view: { ...consent, details, questions: [workspace, plan] },
    },
    {
      name: 'with names by a stranger',
      view: {
        ...consent,
        clientName: evil,
        subjectLabel: evil,
        resources: [{ resource: 'https://api.example.com/', name: evil, scopes: [{ ...ticked, text: evil }] }],
        details: [evil],
        questions: [
          {
            field: 'workspace',
            label: evil,
            choices: [
              { value: evil, text: evil, picked: true },
              { value: 'w-2', text: 'Home', picked: false },
            ],
          },
        ],
      },
    },
    { name: 'in Arabic', view: consent, language: 'ar' },
  ],
  differences: [
    {
      name: 'warns about a client that anybody could pretend to be',
      views: [consent, { ...consent, unverified: true }],
      missing:
        'with view.unverified the page says the same as without. Warn that nobody has checked who the client is (messages.consent.unverified).',
    },
  ],
}
