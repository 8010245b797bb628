/** The page's own script: search, filters by rule, keys, theme. Everything is readable without it. */
export const script = `
'use strict'
const search = document.getElementById('search')
const matches = document.getElementById('matches')
const findings = [...document.querySelectorAll('.finding')]
const items = [...document.querySelectorAll('[data-search]')]
const filters = [...document.querySelectorAll('.filter')]
let rule = null

function update() {
  const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean)
  let found = 0
  for (const item of items) {
    const text = item.dataset.search
    const fits = words.every(word => text.includes(word)) && (rule === null || !item.classList.contains('finding') || item.dataset.rule === rule)
    item.hidden = !fits
    if (fits && (item.classList.contains('finding') || item.tagName === 'TR')) found += 1
  }
  for (const group of document.querySelectorAll('.group')) group.hidden = ![...group.querySelectorAll('[data-search]')].some(item => !item.hidden)
  matches.textContent = words.length === 0 && rule === null ? '' : found === 0 ? 'Nothing fits.' : found + (found === 1 ? ' entry fits.' : ' entries fit.')
}

search.addEventListener('input', update)
for (const filter of filters) filter.addEventListener('click', () => {
  rule = filter.getAttribute('aria-pressed') === 'true' ? null : filter.dataset.rule
  for (const other of filters) other.setAttribute('aria-pressed', String(other.dataset.rule === rule))
  update()
})

document.addEventListener('keydown', event => {
  if (event.ctrlKey || event.metaKey || event.altKey) return
  if (event.key === 'Escape') {
    search.value = ''
    rule = null
    for (const filter of filters) filter.setAttribute('aria-pressed', 'false')
    update()
    search.blur()
    return
  }
  if (event.target === search) return
  if (event.key === '/') {
    event.preventDefault()
    search.focus()
    search.select()
  } else if (event.key === 'j' || event.key === 'k') {
    const shown = findings.filter(finding => !finding.hidden)
    const at = shown.findIndex(finding => finding.contains(document.activeElement))
    const next = shown[event.key === 'j' ? Math.min(at + 1, shown.length - 1) : Math.max(at - 1, 0)]
    if (next) {
      next.querySelector('summary').focus()
      next.scrollIntoView({ block: 'nearest' })
    }
  }
})

document.getElementById('theme').addEventListener('click', () => {
  const root = document.documentElement
  const isDark = root.dataset.theme ? root.dataset.theme === 'dark' : matchMedia('(prefers-color-scheme: dark)').matches
  root.dataset.theme = isDark ? 'light' : 'dark'
})

function openTarget() {
  const target = location.hash.length > 1 ? document.getElementById(decodeURIComponent(location.hash.slice(1))) : null
  if (target && target.tagName === 'DETAILS') target.open = true
}
addEventListener('hashchange', openTarget)
openTarget()
`
