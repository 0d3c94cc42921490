/**
 * Times and durations as a language writes them. Days and times are in UTC: the server does not know where its visitors are.
 *
 * @module
 */

export const dateTimeIn = (locale: string, time: number): string =>
  `${new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' }).format(time)} UTC`

/** `3 minutes`: whole ones, never shorter than it is. */
export const minutesIn = (locale: string, seconds: number): string =>
  new Intl.NumberFormat(locale, { style: 'unit', unit: 'minute', unitDisplay: 'long' }).format(Math.ceil(seconds / 60))
