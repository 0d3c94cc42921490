/**
 * The look of all pages: one style sheet, themed by the custom properties at its top. The policy of each page names it by
 * its hash, so it needs no `unsafe-inline`; it must therefore be one constant for each server.
 *
 * @module
 */
import { hashSource } from './policy.js'

export interface StyleSheet {
  readonly css: string
  /** The style sheet as a source expression of a Content-Security-Policy. */
  readonly source: string
}

/** The style sheet that ships, followed by what else is given. */
export function styleSheet(more = ''): StyleSheet {
  const css = shipped + more
  return { css, source: hashSource(css) }
}

const shipped = `
:root {
  color-scheme: light dark;
  --gw-accent: #2449b0;
  --gw-accent-strong: color-mix(in srgb, var(--gw-accent) 80%, var(--gw-text));
  --gw-on-accent: #ffffff;
  --gw-background: #eef1f6;
  --gw-surface: #ffffff;
  --gw-sunken: #f5f7fa;
  --gw-text: #171c26;
  --gw-muted: #4a5464;
  --gw-border: #d9dfe8;
  --gw-control: #7f8a9c;
  --gw-danger: #9c1826;
  --gw-danger-surface: #fdf0f0;
  --gw-warning: #704400;
  --gw-warning-surface: #fdf4e0;
  --gw-radius: 16px;
  --gw-shadow: 0 1px 2px rgb(23 28 38 / 6%), 0 12px 40px rgb(23 28 38 / 9%);
  --gw-font: system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Liberation Sans', sans-serif;
}
@media (prefers-color-scheme: dark) {
  :root {
    --gw-accent: #9db8ff;
    --gw-on-accent: #0d1733;
    --gw-background: #0e1117;
    --gw-surface: #171c25;
    --gw-sunken: #1e2530;
    --gw-text: #e9edf4;
    --gw-muted: #adb8c9;
    --gw-border: #2c3543;
    --gw-control: #77849a;
    --gw-danger: #ffa9ac;
    --gw-danger-surface: #361a1f;
    --gw-warning: #f3c777;
    --gw-warning-surface: #33270f;
    --gw-shadow: 0 12px 40px rgb(0 0 0 / 40%);
  }
}
*, *::before, *::after { box-sizing: border-box; }
html { font: 100%/1.5 var(--gw-font); -webkit-text-size-adjust: 100%; text-size-adjust: 100%; }
body {
  margin: 0;
  min-height: 100vh;
  min-height: 100dvh;
  display: grid;
  grid-template-columns: minmax(0, 27rem);
  place-content: center;
  padding: 1.5rem 1rem;
  background: var(--gw-background);
  color: var(--gw-text);
  overflow-wrap: anywhere;
}
body:has(.app) { grid-template-columns: minmax(0, 34rem); }
header { display: flex; align-items: center; gap: 0.75rem; margin: 0 0 1.25rem; font-size: 1.125rem; line-height: 1.3; font-weight: 650; letter-spacing: -0.01em; }
header img { display: block; height: 2.25rem; max-width: min(100%, 20rem); object-fit: contain; }
header:has(span) img { max-width: 10rem; }
header span { text-wrap: balance; }
main {
  padding: 2.25rem;
  background: var(--gw-surface);
  border: 1px solid var(--gw-border);
  border-radius: var(--gw-radius);
  box-shadow: var(--gw-shadow);
}
h1 { margin: 0; font-size: 1.5rem; line-height: 1.25; font-weight: 650; letter-spacing: -0.015em; text-wrap: balance; }
h2 { margin: 0; font-size: 0.8125rem; font-weight: 600; color: var(--gw-muted); }
p { margin: 0.75rem 0 0; text-wrap: pretty; }
.lead { margin-top: 0.375rem; color: var(--gw-muted); }
.lead bdi { color: var(--gw-text); font-weight: 600; }
a { color: var(--gw-accent); text-underline-offset: 0.2em; }
a:hover { color: var(--gw-accent-strong); }
:focus-visible { outline: 3px solid var(--gw-accent); outline-offset: 2px; }
form { margin: 1.5rem 0 0; }
label { display: block; margin: 0 0 0.375rem; font-size: 0.9375rem; font-weight: 600; }
input {
  display: block;
  width: 100%;
  min-height: 3rem;
  margin: 0 0 1.125rem;
  padding: 0.5rem 0.875rem;
  font: inherit;
  color: inherit;
  background: var(--gw-surface);
  border: 1px solid var(--gw-control);
  border-radius: 10px;
}
input:is([type='checkbox'], [type='radio']) { flex: none; width: 1.25rem; min-height: 0; height: 1.25rem; margin: 0.125rem 0 0; accent-color: var(--gw-accent); }
input:focus-visible { outline-offset: 0; border-color: var(--gw-accent); }
input[aria-invalid] { border-color: var(--gw-danger); }
button {
  display: block;
  width: 100%;
  min-height: 3rem;
  padding: 0.5rem 1rem;
  font: inherit;
  font-weight: 650;
  color: var(--gw-on-accent);
  background: var(--gw-accent);
  border: 1px solid var(--gw-accent);
  border-radius: 10px;
  cursor: pointer;
}
[hidden] { display: none; }
button:hover { background: var(--gw-accent-strong); border-color: var(--gw-accent-strong); }
form > button, form > button + p { margin-top: 1.5rem; }
.choice { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 7rem), 1fr)); gap: 0.75rem; margin-top: 0.75rem; padding: 0.75rem 0; background: var(--gw-surface); }
.choice .fine { grid-column: 1 / -1; margin: 0; }
/* In reach however long the page is; what has the focus is scrolled clear of it (WCAG 2.2, 2.4.11). */
@media (min-width: 20rem) and (min-height: 20rem) {
  html:has(.near) { scroll-padding-bottom: 10rem; }
  .near { position: sticky; bottom: 0; box-shadow: 0 -0.5rem 0.75rem var(--gw-surface); }
}
.note {
  margin: 1.25rem 0 0;
  padding: 0.75rem 0.875rem;
  font-size: 0.9375rem;
  line-height: 1.45;
  border: 1px solid color-mix(in srgb, currentcolor 28%, transparent);
  border-radius: 10px;
}
.danger { color: var(--gw-danger); background: var(--gw-danger-surface); }
.warning { color: var(--gw-warning); background: var(--gw-warning-surface); }
.who {
  display: flex;
  flex-wrap: wrap;
  justify-content: space-between;
  gap: 0.125rem 1rem;
  margin: 1.25rem 0 0;
  padding: 0.75rem 0;
  border-block: 1px solid var(--gw-border);
  font-size: 0.9375rem;
  color: var(--gw-muted);
}
.who bdi { color: var(--gw-text); font-weight: 600; }
.resource, .added, .choices { margin-top: 0.75rem; padding: 0.875rem 1rem 1rem; background: var(--gw-sunken); border-radius: 10px; }
ul, ol { margin: 0; padding: 0; list-style: none; }
li { position: relative; padding: 0.25rem 0; padding-inline-start: 1.75rem; }
h2 + ul, h3 + ul, p + ul { margin-top: 0.25rem; }
/* Of the whole app, and no longer of the API above. */
ul + ul { margin-top: 0.375rem; padding-top: 0.375rem; border-top: 1px solid var(--gw-border); }
li::before {
  content: '';
  position: absolute;
  inset-inline-start: 0.375rem;
  top: 0.55em;
  width: 0.375rem;
  height: 0.6875rem;
  border: solid var(--gw-accent);
  border-width: 0 2px 2px 0;
  transform: rotate(42deg);
}
.choosable { padding: 0; }
.choosable::before { content: none; }
:is(.choosable, .choices) label { display: flex; gap: 0.5rem; margin: 0; padding: 0.25rem 0; font-size: inherit; font-weight: inherit; cursor: pointer; }
fieldset { min-width: 0; margin: 1.25rem 0 0; padding: 0; border: 0; }
legend { padding: 0; font-size: 0.9375rem; font-weight: 600; }
.choices { margin-top: 0.5rem; padding-block: 0.625rem; }
.logo { display: block; width: 4rem; height: 4rem; margin: 0 0 1rem; object-fit: contain; border-radius: 12px; }
.links { display: flex; flex-wrap: wrap; justify-content: space-between; gap: 0.25rem 1.5rem; margin-top: 1.25rem; font-size: 0.9375rem; }
.info { color: var(--gw-accent); background: var(--gw-sunken); }
.app { margin-top: 1rem; padding: 1rem; background: var(--gw-sunken); border-radius: 10px; }
.app h2 { font-size: 1.0625rem; color: var(--gw-text); }
h3 { margin: 0.5rem 0 0; font-size: 0.8125rem; font-weight: 600; color: var(--gw-muted); }
.times, .hint { margin-top: 0.5rem; font-size: 0.875rem; color: var(--gw-muted); }
.devices > li { padding-block: 0.75rem; border-bottom: 1px solid var(--gw-border); }
.devices > li::before { content: counter(list-item) '.'; inset-inline-start: 0; top: 0.75rem; width: auto; height: auto; border: 0; font-size: 0.875rem; transform: none; font-weight: 600; }
.devices .times { margin: 0; }
.times b { color: var(--gw-text); font-weight: 600; }
.quiet { color: var(--gw-accent); background: transparent; }
.quiet:hover { color: var(--gw-on-accent); background: var(--gw-accent); }
details { margin-top: 1.5rem; }
summary { width: fit-content; min-height: 2rem; padding: 0.25rem 0; color: var(--gw-muted); font-size: 0.9375rem; cursor: pointer; }
.app details { margin-top: 0.75rem; }
.app summary { padding: 0.375rem 0.875rem; color: var(--gw-accent); font-weight: 600; border: 1px solid; border-radius: 10px; }
.app summary:hover { background: var(--gw-surface); }
details button { margin-top: 1rem; }
.danger-button { color: var(--gw-danger); background: transparent; border-color: currentcolor; }
.danger-button:hover { color: var(--gw-surface); background: var(--gw-danger); border-color: var(--gw-danger); }
.fine { margin-top: 1rem; font-size: 0.875rem; color: var(--gw-muted); }
.fine bdi { color: var(--gw-text); font-weight: 600; }
/* No form: nothing is asked, one thing leads on. */
.trouble { padding-inline-start: 1rem; border-inline-start: 0.25rem solid var(--gw-warning); }
.trouble ~ .links a:first-child { padding: 0.5rem 1rem; border: 1px solid; border-radius: 10px; font-weight: 650; text-decoration: none; }
dl {
  display: grid;
  grid-template-columns: auto 1fr;
  gap: 0.25rem 1rem;
  margin: 1.5rem 0 0;
  padding-top: 1rem;
  font-size: 0.875rem;
  color: var(--gw-muted);
  border-top: 1px solid var(--gw-border);
}
dd { margin: 0; }
code { font-family: ui-monospace, 'Cascadia Mono', Menlo, 'Liberation Mono', monospace; }
/* Letters that hang together must not be pulled apart; Japanese lines end where phrases do. */
[dir='rtl'] :is(h1, header) { letter-spacing: 0; }
:lang(ja) { line-break: strict; word-break: auto-phrase; }
@media (max-width: 30rem) {
  body {
    padding: 0;
    place-content: start stretch;
    grid-template-columns: minmax(0, 1fr);
    background: var(--gw-surface);
  }
  header { margin: 0; padding: 1.25rem 1.25rem 0; }
  header + main { padding-top: 1.75rem; }
  main { padding: 2.25rem 1.25rem; border: 0; border-radius: 0; box-shadow: none; }
}
`
