/**
 * What a page says for a scope.
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
