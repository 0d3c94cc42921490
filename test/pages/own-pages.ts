/**
 * Pages by an app's own hand, in another manner than those that ship: strings, one form for each answer, one for each app.
 *
 * @module
 */
import type { ConsentQuestion, Messages, PageForm, PageView, RenderPage } from '../../src/index.js'

export const ownPages: RenderPage = (view, { messages, nonce }) => `<!doctype html>
<html lang="${messages.locale}" dir="${messages.direction}">
<head><title>Own page</title><style nonce="${nonce}">body { color: black }</style>
<script type="module" nonce="${nonce}">document.body.dataset.ready = 'yes'</script></head>
<body><main class='own'>${contentOf(view, messages)}</main></body>
</html>`

export const escapeHtml = (text: string): string =>
  text.replace(/[&<>"']/g, (c) => `&#x${c.charCodeAt(0).toString(16)};`)

function contentOf(view: PageView, messages: Messages): string {
  switch (view.page) {
    case 'login':
      return `${note(view.error && (typeof view.error === 'string' ? messages.login[view.error] : `Wait ${view.error.throttledSeconds} s`))}
${form(view.form, `<input name=username value='${escapeHtml(view.username ?? '')}'><input name=password type=password><input type=submit value=Go>`)}
${link(view.forgotPasswordUrl, messages.login.forgotPassword)} ${link(view.signUpUrl, messages.login.signUp)}`
    case 'consent':
      return `<h1>${escapeHtml(view.clientName ?? view.clientId)}</h1>
<p>${escapeHtml(view.clientHost ?? '')}</p>
<p>${escapeHtml(view.knownAs ?? '')}</p>
<p>${escapeHtml(view.subjectLabel)}, you go to <b>${escapeHtml(view.redirectHost)}</b></p>
${note(view.unverified && messages.consent.unverified)}
${lines(view.details)}
${form(view.form, `<input type=hidden name=decision value=allow>${rights(view.resources)}${(view.questions ?? []).map(question).join('')}<button>Yes</button>`)}
${form(view.form, '<input type=hidden name=decision value=deny><button>No</button>')}`
    case 'apps':
      return `${escapeHtml(view.subjectLabel)} ${note(view.notice && messages.apps[view.notice])}
${view.apps
  .map(({ clientId, clientName, rights: granted, details, grants }) => {
    const ends = `<input type=hidden name=client_id value="${escapeHtml(clientId)}"><button>End it</button>`
    const each = grants
      .map(
        (grant) =>
          `${escapeHtml(`${grant.redirectHost} ${grant.device ?? ''}`)}${lines(grant.details)}<button name=grant value=${grant.id}>End one</button>`,
      )
      .join('')
    return `<h2>${escapeHtml(clientName ?? clientId)}</h2>${rights(granted)}${lines(details)}${form(view.form, ends)}${each && form(view.form, each)}`
  })
  .join('')}`
    case 'logout':
      return `${escapeHtml(view.subjectLabel)} ${note(view.again && messages.logout.again)}
${view.here ? form(view.form, '<input type=hidden name=where value=here><button>Here</button>') : ''}
${view.everywhere ? form(view.form, '<button name=where value=everywhere>Everywhere</button>') : ''}
${view.asker ? escapeHtml(view.asker.name) : ''} ${link(view.stayUrl, messages.logout.stay)}`
    case 'logged_out':
      return `${messages.logout.done} ${link(view.loginUrl, messages.ways.login)} ${link(view.homeUrl, messages.ways.home)}`
    case 'error':
      return `<h1>${messages.problem[view.problem].title}</h1><p>${view.code ?? ''} ${view.reference ?? ''} ${escapeHtml(view.detail ?? '')}</p>
${link(view.clientUrl, messages.ways.client.replace('{client}', view.clientName ?? ''))} ${link(view.loginUrl, messages.ways.login)} ${link(view.logoutUrl, messages.logout.here)} ${link(view.homeUrl, messages.ways.home)}`
    case 'form_post': {
      const fields = view.fields.map(([name, value]) => hidden(name, value)).join('')
      return `<form method=post action="${escapeHtml(view.redirectUri)}">${fields}<button>Go on</button></form>`
    }
  }
}

const form = ({ action, hidden: fields }: PageForm, content: string): string =>
  `<form method=POST action='${escapeHtml(action)}'>${Object.entries(fields)
    .map(([name, value]) => hidden(name, value))
    .join('')}${content}</form>`

const hidden = (name: string, value: string): string =>
  `<input value="${escapeHtml(value)}" name='${escapeHtml(name)}' type=hidden />`

const rights = (resources: Extract<PageView, { page: 'consent' }>['resources']): string =>
  resources.map(({ resource, scopes }) => `<h3>${escapeHtml(resource)}</h3>${scopes.map(item).join('')}`).join('')

const item = ({
  text,
  choice,
}: {
  readonly text: string
  readonly choice?: { readonly field: string; readonly ticked: boolean } | undefined
}): string =>
  `<label>${choice ? `<input type=checkbox name=${choice.field}${choice.ticked ? ' CHECKED' : ''}>` : ''}${escapeHtml(text)}</label>`

const lines = (details: readonly string[] = []): string => details.map((line) => `<p>${escapeHtml(line)}`).join('')

const question = ({ field, label, choices }: ConsentQuestion): string =>
  `<label>${escapeHtml(label)} <select name=${field} required><option value="">…</option>${choices
    .map(
      (choice) =>
        `<option value="${escapeHtml(choice.value)}"${choice.picked ? ' selected' : ''}>${escapeHtml(choice.text)}`,
    )
    .join('')}</select></label>`

const link = (url: string | undefined, text: string): string =>
  url === undefined ? '' : `<a href='${escapeHtml(url)}'>${escapeHtml(text)}</a>`

const note = (text: string | false | undefined): string => (text ? `<p role=alert>${escapeHtml(text)}</p>` : '')
