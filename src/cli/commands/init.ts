/**
 * `init`: a starter in a folder of somebody's own.
 *
 * @module
 */
import { relative, resolve } from 'node:path'
import { closestName } from '../../protocol/spelling.js'
import { type Command, output } from '../command.js'
import { copyStarter } from '../copy-starter.js'
import { misused } from '../failure.js'
import { starters } from '../starters.js'

export const init: Command = {
  summary: 'Copies a starter into a new folder',
  details: `A starter is a small app with an authorization server, a protected API and a page that uses it; the one called mcp is an MCP server,
and sign-in two apps that people enter with their account at yours. It is yours from then on.
The folder may exist when it is empty or a fresh git repository: \`npx grantwright init express .\` fills the one you are in.`,
  operands: ['<express|hono|mcp|next|sign-in>', '<folder>'],
  alone: true,
  async run(input) {
    const [word = '', path = ''] = input.operands
    const starter = Object.hasOwn(starters, word) ? starters[word] : undefined
    if (!starter) throw unknownStarter(word)
    if (path === '') throw misused('<folder> is empty.')
    const folder = resolve(path)
    const name = copyStarter(starter, folder)
    const next = nextCommand(folder)
    output(input, { starter: word, folder, name, next }, () => `Copied the starter to ${folder}. Next:\n\n  ${next}`)
  },
}

function unknownStarter(word: string) {
  const names = Object.keys(starters)
  const meant = closestName(word, names)
  const cure = meant === undefined ? `There are: ${names.join(', ')}.` : `Did you mean ${meant}?`
  return misused(`There is no starter ${JSON.stringify(word)}. ${cure}`)
}

function nextCommand(folder: string): string {
  const path = relative('', folder)
  return [
    ...(path === '' ? [] : [`cd ${quoted(path.startsWith('-') ? `./${path}` : path)}`]),
    'npm install',
    'npm start',
  ].join(' && ')
}

/** As shells read it. */
const quoted = (path: string): string =>
  /^[\p{L}\p{N}_./\\:][\p{L}\p{N}_./\\:-]*$/u.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
