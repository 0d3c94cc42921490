/**
 * What a page says for a scope and for an API.
 *
 * @module
 */
import type { Deployment } from '../deployment/deployment.js'
import { scopeTextIn } from '../pages/scope-text.js'

/** The app's words in the language `locale`, or the name of a scope that it does not know any more. */
export function scopeWords({ settings }: Deployment, locale: string, resource: string, name: string): string {
  const text = settings.resources.get(resource)?.scopeTexts.get(name)
  return text === undefined ? name : scopeTextIn(text, locale)
}

/** What the app calls an API, in the language `locale`: a member of a view, absent where it has no name. */
export function resourceName({ settings }: Deployment, locale: string, resource: string): { readonly name?: string } {
  const name = settings.resources.get(resource)?.name
  return name === undefined ? {} : { name: scopeTextIn(name, locale) }
}
