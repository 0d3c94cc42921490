/**
 * The login page of `passwordLogin`, fetched before the window by a browser each.
 *
 * @module
 */
import { given, pkcePair } from '../../given.mjs'
import { all, visit } from '../material.mjs'
import { follow } from './material.mjs'

let users = 0

export const loginForms = (n, server) =>
  all(n, async () => {
    const page = await follow(server, await visit(server, '', pkcePair().challenge), '')
    const fields = new URLSearchParams({ ...page.hidden, username: `user-${users++}`, password: given.password })
    return { cookie: page.cookie, action: page.action, body: fields.toString() }
  })
