/** How one character of a terminal looks. */
interface Style {
  readonly colour: string | null
  readonly background: string | null
  readonly bold: boolean
  readonly dim: boolean
}

const plain: Style = { colour: null, background: null, bold: false, dim: false }
/** The eight colours of ANSI (SGR 30 to 37, 40 to 47), and the bright ones (90 to 97), readable on a dark ground. */
const colours = ['#1c2128', '#ff7b72', '#7ee787', '#e3b341', '#79c0ff', '#d2a8ff', '#56d4dd', '#e6edf3']
const foreground = '#e6edf3'
const fontSize = 13
const lineHeight = 18
const characterWidth = 7.83
const margin = 16

/** Draws text with ANSI colours as an SVG, as a terminal would show it. */
export function renderTerminal(text: string): string {
  const lines = text.replace(/\s+$/, '').split('\n').map(spansOf)
  const columns = Math.max(...lines.map((spans) => spans.reduce((total, { text }) => total + text.length, 0)))
  const width = Math.ceil(columns * characterWidth + 2 * margin)
  const height = lines.length * lineHeight + 2 * margin
  const font = 'ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace'
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family='${font}' font-size="${fontSize}" fill="${foreground}">`,
    `<rect width="100%" height="100%" rx="8" fill="#0d1117"/>`,
    ...lines.map((spans, index) => drawLine(spans, margin + index * lineHeight)),
    '</svg>\n',
  ].join('\n')
}

interface Span {
  readonly text: string
  readonly style: Style
}

function spansOf(line: string): readonly Span[] {
  let style = plain
  return line
    .split(/(\u001b\[[\d;]*m)/)
    .map((part) => {
      const codes = /^\u001b\[([\d;]*)m$/.exec(part)?.[1]
      if (codes === undefined) return { text: part, style }
      style = codes.split(';').map(Number).reduce(applied, style)
      return { text: '', style }
    })
    .filter(({ text }) => text !== '')
}

/** The style after one SGR code (ECMA-48, 8.3.117). */
function applied(style: Style, code: number): Style {
  if (code === 0) return plain
  if (code === 1) return { ...style, bold: true }
  if (code === 2) return { ...style, dim: true }
  if (code === 22) return { ...style, bold: false, dim: false }
  if (code === 39) return { ...style, colour: null }
  if (code === 49) return { ...style, background: null }
  if (code >= 30 && code <= 37) return { ...style, colour: colours[code - 30] ?? null }
  if (code >= 90 && code <= 97) return { ...style, colour: code === 90 ? '#8b949e' : (colours[code - 90] ?? null) }
  if (code >= 40 && code <= 47) return { ...style, background: colours[code - 40] ?? null }
  return style
}

function drawLine(spans: readonly Span[], top: number): string {
  let column = 0
  const drawn = spans.map(({ text, style }) => {
    const x = margin + column * characterWidth
    const width = text.length * characterWidth
    column += text.length
    const ground = style.background === null ? '' : `<rect x="${x.toFixed(1)}" y="${top}" width="${width.toFixed(1)}" height="${lineHeight}" fill="${style.background}"/>`
    if (text.trim() === '') return ground
    const attributes = [
      style.colour === null ? '' : ` fill="${style.colour}"`,
      style.bold ? ' font-weight="bold"' : '',
      style.dim ? ' opacity="0.6"' : '',
    ].join('')
    // The length is given, so that columns stay columns whatever font the reader has.
    return `${ground}<text x="${x.toFixed(1)}" y="${top + fontSize}" textLength="${width.toFixed(1)}" xml:space="preserve"${attributes}>${escape(text)}</text>`
  })
  return drawn.join('')
}

function escape(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;')
}
