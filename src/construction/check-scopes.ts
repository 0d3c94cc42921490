/**
 * Checks the scopes of one resource, and which of them are its default.
 *
 * @module
 */
import type { ResourceOptions, ScopeOptions } from '../deployment/resource-options.js'
import type { ResourceSettings } from '../deployment/settings.js'
import { checkScopeText, type ScopeText } from '../pages/scope-text.js'
import { isScopeName } from '../protocol/scope.js'
import { closestName } from '../protocol/spelling.js'
import { given } from '../runtime/given.js'
import { isRecord, mistake, refuseUnknown } from '../runtime/option-checks.js'

type CheckedScopes = Pick<ResourceSettings, 'scopes' | 'scopeTexts' | 'optionalScopes' | 'defaultScope'>

/**
 * @param where the resource, for messages.
 * @throws {TypeError} when something in it is wrong.
 */
export function checkScopes(
  { scopes = {}, defaultScope }: Pick<ResourceOptions, 'scopes' | 'defaultScope'>,
  where: string,
): CheckedScopes {
  const names = Object.keys(scopes)
  for (const name of names) {
    if (!isScopeName(name)) {
      throw new TypeError(
        `${where}.scopes: ${given(name)} is not a scope name (RFC 6749 section 3.3: no spaces, quotes or backslashes).`,
      )
    }
    if (name.length > MAX_SCOPE_LENGTH) throw tooLong(`${where}.scopes[${given(name)}]`, MAX_SCOPE_LENGTH)
  }
  const checked = Object.entries(scopes).map(([name, said]) => ({
    name,
    ...checkScope(said, `${where}.scopes['${name}']`),
  }))
  const usual = checked.filter(({ onRequest }) => !onRequest).map(({ name }) => name)
  return {
    scopes: names,
    scopeTexts: new Map(checked.map(({ name, text }) => [name, text])),
    optionalScopes: new Set(checked.filter(({ optional }) => optional).map(({ name }) => name)),
    defaultScope: defaultScope === undefined ? usual : checkDefault(defaultScope, { names, usual }, where),
  }
}

/** What could not be asked for beside everything else in a request, or would leave a token no room. */
const MAX_SCOPE_LENGTH = 255

export const tooLong = (where: string, most: number): TypeError =>
  new TypeError(`${where} has more than ${most} characters. Give it a shorter name.`)

interface CheckedScope {
  readonly text: ScopeText
  readonly optional: boolean
  readonly onRequest: boolean
}

/** The words of a scope, whether the user may leave it out, and whether a client has to name it. */
function checkScope(said: unknown, where: string): CheckedScope {
  const isOptions = isRecord(said) && 'text' in said
  const { text, ...flags }: { [name in keyof ScopeOptions]?: unknown } = isOptions ? said : { text: said }
  if (isOptions) refuseUnknown(said, ['text', 'optional', 'onRequest'], where)
  const flag = (name: 'optional' | 'onRequest'): boolean => {
    const { [name]: value = false } = flags
    if (typeof value === 'boolean') return value
    throw mistake(`${where}.${name} must be true or false.`, value)
  }
  return {
    text: checkScopeText(text, isOptions ? `${where}.text` : where),
    optional: flag('optional'),
    onRequest: flag('onRequest'),
  }
}

function checkDefault(
  defaultScope: unknown,
  { names, usual }: { readonly names: readonly string[]; readonly usual: readonly string[] },
  where: string,
): readonly string[] {
  const list: readonly unknown[] | null = Array.isArray(defaultScope) ? Array.from(defaultScope) : null
  if (!list?.every((name) => typeof name === 'string')) {
    const [example = 'notes:read'] = usual
    throw mistake(
      `${where}.defaultScope must be a list of its scopes. Write \`defaultScope: ['${example}']\`, or leave it out.`,
      defaultScope,
    )
  }
  for (const name of list) {
    if (!names.includes(name)) {
      const meant = closestName(name, names)
      const cure = meant === undefined ? 'Add it to scopes, or leave it out.' : `Did you mean '${meant}'?`
      throw new TypeError(`${where}.defaultScope has ${given(name)}, which is none of its scopes. ${cure}`)
    }
    if (!usual.includes(name)) {
      throw new TypeError(
        `${where}.defaultScope has ${given(name)}, which is marked onRequest. Take it out of one of the two.`,
      )
    }
  }
  return [...new Set(list)]
}
