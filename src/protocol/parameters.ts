/**
 * Request parameters as the OAuth texts mean them: `application/x-www-form-urlencoded`, each name at most once, an empty value
 * the same as none. What is wrong is kept beside what is right, so that an endpoint decides where the answer may go. Pure.
 *
 * @module
 */

/** The parameters of one request. */
export interface Parameters {
  /** The value, or undefined when it is absent, empty, or has a problem. */
  get(name: string): string | undefined
  /** Of which a value can be got, in the order in which they came; without `resource`. */
  names(): readonly string[]
  /** Every `resource`, the one parameter that may repeat (RFC 8707 §2), each once and without empty ones. */
  readonly resources: readonly string[]
  /** What is wrong, by parameter name. The name is empty for what concerns the request as a whole. */
  readonly problems: ReadonlyMap<string, ParameterProblem>
}

export type ParameterProblem = 'repeated' | 'too_long' | 'control_characters' | 'malformed' | 'too_many'

/** Most parameters that a request may have. */
export const MAX_PARAMETERS = 100
/** Most characters that one value may have. */
export const MAX_VALUE_LENGTH = 8192

/** Where a form of ours, or one that carries what we have made, has more. */
export interface ParameterLimits {
  /** @default {@link MAX_PARAMETERS} */
  readonly most?: number
  /** @default {@link MAX_VALUE_LENGTH} */
  readonly longest?: number
}

/** Reads a query string (without the question mark) or a form body. Never throws. */
export function parseParameters(text: string, limits: ParameterLimits = {}): Parameters {
  const pairs: [string, string][] = []
  let whole: ParameterProblem | undefined
  if (text !== '') {
    const { most = MAX_PARAMETERS } = limits
    const parts = text.split('&', most + 1)
    // Empty parts count as well, else what stands behind them would be dropped unseen.
    if (parts.length > most) whole = 'too_many'
    for (const part of parts) {
      if (part === '') continue
      const at = part.indexOf('=')
      const name = formDecode(at < 0 ? part : part.slice(0, at))
      const value = formDecode(at < 0 ? '' : part.slice(at + 1))
      if (name === null || value === null) whole ??= 'malformed'
      else pairs.push([name, value])
    }
  }
  return collectParameters(pairs, whole, limits)
}

/**
 * Takes the form that a body parser has made already: every value a string or an array of strings. Anything else (nested
 * objects, numbers) is `malformed`.
 */
export function parametersFromForm(form: { readonly [name: string]: unknown }, limits?: ParameterLimits): Parameters {
  const pairs: [string, string][] = []
  let whole: ParameterProblem | undefined
  for (const [name, value] of Object.entries(form)) {
    if (typeof value === 'string') pairs.push([name, value])
    else if (Array.isArray(value) && value.every((item) => typeof item === 'string')) {
      for (const item of value) pairs.push([name, item])
    } else whole = 'malformed'
  }
  return collectParameters(pairs, whole, limits)
}

/** Parameters made of name and value pairs that are decoded already, in the order in which they came. */
export function collectParameters(
  pairs: readonly (readonly [string, string])[],
  whole?: ParameterProblem,
  { most = MAX_PARAMETERS, longest = MAX_VALUE_LENGTH }: ParameterLimits = {},
): Parameters {
  const values = new Map<string, string>()
  const problems = new Map<string, ParameterProblem>()
  const resources = new Set<string>()
  const seen = new Set<string>()
  if (whole) problems.set('', whole)
  if (pairs.length > most) problems.set('', 'too_many')
  for (const [name, value] of pairs.slice(0, most)) {
    // RFC 6749 §3.1, §3.2: parameters are included at most once. RFC 8707 §2 excepts `resource`.
    if (name !== 'resource' && seen.has(name)) problems.set(name, 'repeated')
    seen.add(name)
    const problem = valueProblem(value, longest)
    if (problem) problems.set(name, problem)
    // RFC 6749 §3.1, §3.2: a parameter without a value is treated as if it were omitted.
    else if (value === '') continue
    // The same one twice says nothing more than once.
    else if (name === 'resource') resources.add(value)
    else if (!values.has(name)) values.set(name, value)
  }
  return {
    get: (name) => (problems.has(name) ? undefined : values.get(name)),
    names: () => [...values.keys()].filter((name) => !problems.has(name)),
    resources: [...resources],
    problems,
  }
}

/** Says what is wrong with a parameter. Only names that are known to be harmless are repeated. */
export function problemText(name: string, problem: ParameterProblem): string {
  const which = /^[a-z_]{1,40}$/.test(name) ? `The parameter ${name}` : 'A parameter'
  switch (problem) {
    case 'repeated':
      return `${which} was sent more than once.`
    case 'too_long':
      return `${which} is too long.`
    case 'control_characters':
      return `${which} contains control characters.`
    case 'too_many':
      return 'There are too many parameters.'
    case 'malformed':
      return 'The parameters could not be read.'
  }
}

function valueProblem(value: string, longest: number): ParameterProblem | undefined {
  if (value.length > longest) return 'too_long'
  return /[^ -~\x80-\uffff]/.test(value) ? 'control_characters' : undefined
}

/**
 * One name or value of a form, or null for a broken escape: strict, unlike URLSearchParams, which would hide it behind U+FFFD.
 *
 * @see {@link https://www.rfc-editor.org/rfc/rfc6749#appendix-B RFC 6749 Appendix B}
 */
export function formDecode(text: string): string | null {
  if (!/[%+]/.test(text)) return text
  try {
    return decodeURIComponent(text.replaceAll('+', ' '))
  } catch {
    return null
  }
}
