'use client'

import { Fragment, useCallback, useEffect, useState } from 'react'
import { callApi, connect, disconnect, refresh, resume, scope } from './client'

/** @param demoUsers while this is a trial: users whose passwords everybody knows. */
export function NotesPage({ demoUsers }: { demoUsers: readonly { username: string; password: string }[] }) {
  const [{ granted, answer, problem }, show] = useState<{ granted?: string; answer?: string; problem?: string }>({})

  /** Does something, says what went wrong with it, and shows how things are. */
  const run = useCallback(async (work: () => Promise<string | undefined>) => {
    const shown = await work().then(
      (answer) => ({ answer }),
      (error) => {
        console.error(error)
        return { problem: error instanceof TypeError ? 'The server does not answer.' : error.message }
      },
    )
    show({ granted: scope(), ...shown })
  }, [])

  useEffect(() => void run(resume), [run])

  const button = (text: string, work: () => Promise<string | undefined>) => (
    <button type="button" id={text.toLowerCase()} onClick={() => run(work)}>
      {text}
    </button>
  )
  return (
    <main>
      <h1>Notes</h1>
      <output id="status">{granted ? `Connected: ${granted}` : 'An app that would like to see your notes.'}</output>
      <p role="alert">{problem}</p>
      {demoUsers.length > 0 && (
        <section id="trial">
          <p>To try it out, log in with one of these names and passwords:</p>
          <dl id="users">
            {demoUsers.map(({ username, password }) => (
              <Fragment key={username}>
                <dt>{username}</dt>
                <dd>{password}</dd>
              </Fragment>
            ))}
          </dl>
        </section>
      )}
      <output id="answer">{granted && answer}</output>
      {granted?.includes('notes:write') && (
        <form id="write" action={(form) => run(() => callApi('POST', { text: form.get('text') }))}>
          <input name="text" aria-label="New note" placeholder="New note" required />
          <button type="submit">Add</button>
        </form>
      )}
      {granted ? (
        <div>
          {button('Refresh', refresh)}
          {button('Disconnect', disconnect)}
        </div>
      ) : (
        button('Connect', connect)
      )}
      <nav>
        <a href="/oauth/apps">Connected apps</a> <a href="/oauth/logout">Log out</a>
      </nav>
    </main>
  )
}
