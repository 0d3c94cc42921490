/**
 * On a small screen the parts of the page are tabs; on a larger one they stand beside each other, and nothing here shows.
 */
import { show } from './dom.js'

const small = window.matchMedia('(max-width: 40rem)')
const list = document.querySelector('[role=tablist]')
const tabs = [...list.children]
const panels = tabs.map((tab) => document.getElementById(tab.getAttribute('aria-controls')))
let chosen = 0

export function startTabs() {
  tabs.forEach((tab, i) => {
    tab.addEventListener('click', () => choose(i))
  })
  list.addEventListener('keydown', onKey)
  small.addEventListener('change', draw)
  // A link to something in a part that is not shown shows that part first.
  document.addEventListener('click', ({ target }) => reveal(target.closest('a[href^="#"]')?.hash))
  window.addEventListener('hashchange', () => reveal(location.hash))
  reveal(location.hash)
  draw()
}

function choose(i) {
  chosen = i
  draw()
  if (small.matches) window.scrollTo({ top: Math.min(window.scrollY, list.offsetTop), behavior: 'instant' })
}

function reveal(hash) {
  const target = hash ? document.getElementById(hash.slice(1)) : null
  const i = panels.findIndex((panel) => panel.contains(target))
  if (i < 0 || i === chosen) return
  chosen = i
  draw()
}

function onKey(event) {
  const to = {
    ArrowRight: (chosen + 1) % tabs.length,
    ArrowLeft: (chosen + tabs.length - 1) % tabs.length,
    Home: 0,
    End: tabs.length - 1,
  }[event.key]
  if (to === undefined) return
  event.preventDefault()
  choose(to)
  tabs[to].focus()
}

function draw() {
  show(list, small.matches)
  tabs.forEach((tab, i) => {
    tab.setAttribute('aria-selected', String(i === chosen))
    tab.tabIndex = i === chosen ? 0 : -1
    show(panels[i], i === chosen || !small.matches)
    if (small.matches) panels[i].setAttribute('role', 'tabpanel')
    else panels[i].removeAttribute('role')
  })
}
