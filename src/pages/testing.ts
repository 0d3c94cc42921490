/**
 * What pages of an app's own hand must have, as a test suite for any test runner: it calls the app's `render` with views of every page
 * and reads what comes back as a browser would. What fails here fails for people later: a form that nobody takes, a warning that nobody
 * sees, a name that runs as a script.
 *
 * ```ts
 * import { describe, it } from 'vitest' // or node:test, bun:test, @std/testing/bdd …
 * import { renderSuite } from 'grantwright/testing/pages'
 * import { render } from '../src/pages'
 *
 * renderSuite({ describe, it }, render)
 * ```
 *
 * @module
 */
import type { HttpRequest, HttpResponse } from '../edge/message.js'
import { refuseUnknown } from '../runtime/option-checks.js'
import type { SuiteRunner } from '../runtime/suite-runner.js'
import type { Messages } from './messages.js'
import type { Rendered, RenderPage } from './options.js'
import { pageRenderer } from './render.js'
import { checkPages } from './settings.js'
import { documentOf } from './testing/document.js'
import { type Complaints, documentComplaints, translationComplaints } from './testing/document-rules.js'
import { pageComplaints } from './testing/page-rules.js'
import { redirectComplaints } from './testing/redirect-rules.js'
import type { PageSamples } from './testing/samples/parts.js'
import { pageSamples } from './testing/samples.js'
import { type PageView, show } from './views.js'

export type { SuiteRunner } from '../runtime/suite-runner.js'

export interface RenderSuiteOptions<Native = unknown> {
  /** The issuer, on whose host the pages are. @default 'https://auth.example.com', or 'http://localhost' with a front end at `http:` */
  readonly issuer?: string | undefined
  /** The option `pages.frontEnds` of the server. @default none */
  readonly frontEnds?: readonly string[] | undefined
  /** What `context.native` is, for a `render` that looks at it. @default undefined */
  readonly native?: Native | undefined
}

/**
 * Defines the suite. A page for which `render` returns nothing is the one that ships, and passes.
 *
 * @throws {TypeError} when there is no option of that name.
 */
export function renderSuite<Native = unknown>(
  runner: SuiteRunner,
  render: RenderPage<Native>,
  options: RenderSuiteOptions<Native> = {},
): void {
  refuseUnknown(options, known, 'renderSuite')
  const issuer = options.issuer ?? issuerBeside(options.frontEnds)
  const { origin } = new URL(issuer)
  const answerTo = answersOf(render, { ...options, issuer })

  const define = ({ page, samples, differences }: PageSamples) => {
    for (const { name, view, language } of samples) {
      runner.it(`${name} is as it must be`, async () => {
        const answer = await answerTo(view, language)
        if (!answer) return
        const translated = language === undefined ? [] : translationComplaintsAbout(answer)
        refuse(`The page ${page}, ${name}`, [...translated, ...complaintsAbout(answer, view, origin)])
      })
    }
    for (const { name, views, missing } of differences) {
      runner.it(name, async () => {
        const [one, other] = [await answerTo(views[0]), await answerTo(views[1])]
        if (one && other && saidBy(one) === saidBy(other)) refuse(`The page ${page}`, [missing])
      })
    }
  }

  for (const samples of pageSamples) runner.describe(`the page ${samples.page}`, () => define(samples))
}

const known = ['issuer', 'frontEnds', 'native'] as const satisfies readonly (keyof RenderSuiteOptions)[]

/** The server takes a front end without encryption where it has none itself, which is on the developer's machine. */
const issuerBeside = (frontEnds: readonly string[] = []): string =>
  frontEnds.some((frontEnd) => /^http:/.test(frontEnd)) ? 'http://localhost' : 'https://auth.example.com'

/** What `render` has answered, and the texts that it was given. */
type OwnAnswer = HttpResponse & { readonly messages: Messages }

/** Calls `render` as the server does. Null for the page that ships. */
function answersOf<Native>(
  render: RenderPage<Native>,
  { issuer, frontEnds, native }: RenderSuiteOptions<Native> & { readonly issuer: string },
): (view: PageView, language?: string) => Promise<OwnAnswer | null> {
  return async (view, language = 'en') => {
    let rendered: Rendered | null | undefined
    let messages: Messages | undefined
    const settings = checkPages(
      {
        frontEnds,
        render: async (shown, context: Parameters<RenderPage<Native>>[1]) => {
          messages = context.messages
          rendered = await render(shown, context)
          return rendered
        },
      },
      issuer,
    )
    const { render: answer } = pageRenderer(settings, (length) => new Uint8Array(length).fill(7), fail)
    const response = await answer(requestIn(language, native), show(view))
    return rendered === undefined || rendered === null || !messages ? null : { ...response, messages }
  }
}

const fail = (cause: unknown): never => {
  throw cause
}

const requestIn = (language: string, native: unknown): HttpRequest => ({
  method: 'GET',
  url: '/oauth/authorize',
  headerValues: (name) => (name === 'accept-language' ? [language] : []),
  body: async () => new Uint8Array(),
  native,
})

function complaintsAbout(answer: HttpResponse, view: PageView, origin: string): Complaints {
  const location = locationOf(answer)
  if (location !== undefined) return redirectComplaints(location, view, origin)
  const page = documentOf(answer)
  return [...documentComplaints(page, origin), ...pageComplaints(page, view, origin)]
}

/** Of a page in another language than English, whose words are its own. */
const translationComplaintsAbout = (answer: OwnAnswer): Complaints =>
  locationOf(answer) === undefined ? translationComplaints(documentOf(answer), answer.messages) : []

const saidBy = (answer: HttpResponse): string => locationOf(answer) ?? documentOf(answer).allWords

const locationOf = ({ headers }: HttpResponse): string | undefined => headers.find(([name]) => name === 'location')?.[1]

function refuse(where: string, complaints: Complaints): void {
  if (complaints.length === 0) return
  throw new Error(`${where}:\n${[...new Set(complaints)].map((complaint) => `- ${complaint}`).join('\n')}`)
}
