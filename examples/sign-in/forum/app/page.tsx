import { auth } from '../auth'
import { logIn, logOut } from './actions'

export default async function Page() {
  const user = (await auth())?.user
  return (
    <main>
      <h1>Forum</h1>
      <p role="status">{user ? `You are ${user.name}, ${user.email}.` : 'You are not logged in.'}</p>
      <form action={user ? logOut : logIn}>
        <button type="submit" className={user ? '' : 'first'}>
          {user ? 'Log out' : 'Log in'}
        </button>
      </form>
      <nav>
        <a href={process.env.ISSUER}>Your account</a>
      </nav>
    </main>
  )
}
