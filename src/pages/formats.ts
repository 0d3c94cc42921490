/**
 * Times and durations as a language writes them. Days and times are in UTC: the server does not know where its visitors are.
 *
 * @module
 */

export const dateTimeIn = (locale: string, time: number): string =>
  `${new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' }).format(time)} UTC`

/** `30 seconds`, `15 minutes`: never shorter than it is. */
export function durationIn(locale: string, seconds: number): string {
  const [value, unit] = seconds < 100 ? [seconds, 'second'] : [Math.ceil(seconds / 60), 'minute']
  return new Intl.NumberFormat(locale, { style: 'unit', unit, unitDisplay: 'long' }).format(value)
}
