import { forum, reader } from '../settings.js'
import { demoUsers } from './demo-users.js'

const trial = `<section>
        <p>To try it out, log in with one of these names and passwords:</p>
        <dl>${demoUsers.map(({ username, password }) => `<dt>${username}</dt><dd>${password}</dd>`).join('')}</dl>
      </section>`

/** The page of the provider itself. */
export const home = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Accounts</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="style.css">
  </head>
  <body>
    <main>
      <h1>Accounts</h1>
      <p>One account for the <a href="${forum.url}">forum</a> and the <a href="${reader.url}">reader</a>.</p>
      ${demoUsers.length > 0 ? trial : ''}
      <nav><a href="/oauth/apps">Connected apps</a> <a href="/oauth/logout">Log out</a></nav>
    </main>
  </body>
</html>
`
