import type { CheckFinding } from '../../result.js'
import type { Step } from '../../places.js'
import { cropLine, shownPath } from '../paths.js'

/** Text as content or as a quoted attribute. */
export function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;').replaceAll("'", '&#39;')
}

/** The figure of the whole run as a ring. @param share in percent */
export function ring(share: number, text: string): string {
  const length = 2 * Math.PI * 52
  const tone = share === 100 ? 'good' : share === 0 ? 'bad' : 'warn'
  return `<svg class="ring ${tone}" viewBox="0 0 120 120" role="img" aria-label="${escape(`${share.toFixed(0)} percent of the handlers are traced`)}"><circle cx="60" cy="60" r="52" class="track"/><circle cx="60" cy="60" r="52" class="arc" stroke-dasharray="${((length * share) / 100).toFixed(1)} ${length.toFixed(1)}"/><text x="60" y="60" class="figure">${share.toFixed(0)}<tspan class="unit">%</tspan></text><text x="60" y="80" class="caption">${escape(text)}</text></svg>`
}

/** @param share in percent */
export function meter(share: number): string {
  return `<div class="meter" role="img" aria-label="${share.toFixed(0)} percent traced"><span style="width:${share.toFixed(1)}%"></span></div>`
}

/** The lines around a finding, its own marked. */
export function frame({ excerpt, origin }: CheckFinding): string {
  if (excerpt.lines.length === 0) return ''
  const { from, to } = origin
  const rows = excerpt.lines.map((whole, index) => {
    const line = excerpt.firstLine + index
    const number = `<span class="number">${String(line)}</span>`
    const { text, column } = cropLine(whole, from.column)
    if (line !== from.line) return `<span class="line">${number}${escape(text)}</span>`
    const end = to.line === from.line ? column + Math.max(to.column - from.column, 1) : text.length
    return `<span class="line hit">${number}${escape(text.slice(0, column))}<mark>${escape(text.slice(column, end))}</mark>${escape(text.slice(end))}</span>`
  })
  // Long lines scroll: a frame that the keyboard cannot reach cannot be read.
  return `<pre class="frame" tabindex="0" role="region" aria-label="The code">${rows.join('')}</pre>`
}

/** The way that explains something, in order. */
export function stepList(steps: readonly Step[], root: string): string {
  return `<ol class="steps">${steps.map(one => `<li><span class="text">${escape(one.text)}</span><code>${escape(shownPath(one.file, root))}:${String(one.origin.from.line)}</code></li>`).join('')}</ol>`
}
